/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects of tables: what all that have one open know of it, whatever they see of its catalog rows. */

#include "table/schema_private.h"

struct table_object *schema_find_object(struct database *database, uint32_t objid)
{
    struct table_object *object = database->objects[objid % DATABASE_BUCKETS];

    while (object && object->objid != objid)
        object = object->next;
    return object;
}

JET_ERR schema_use_object(struct table *table, uint32_t objid, uint32_t root)
{
    struct database *database = table->database;
    struct table_object *object = schema_find_object(database, objid);

    if (!object)
    {
        struct table_object **bucket = &database->objects[objid % DATABASE_BUCKETS];

        object = os_alloc_zero(sizeof(*object));
        if (!object)
            return JET_errOutOfMemory;
        object->objid = objid;
        tree_init(&object->records, &database->cache, root, objid, true, 0);
        object->next = *bucket;
        *bucket = object;
    }
    else if (object->records.root != root)
        return JET_errCatalogCorrupted;
    object->references++;
    table->object = object;
    table->records = &object->records;
    table->long_values = &object->long_values;
    return JET_errSuccess;
}

static void free_object(struct table_object *object)
{
    while (atomic_load(&object->hooks))
    {
        struct table_hook *hook = atomic_load(&object->hooks);
        atomic_store(&object->hooks, hook->next);
        os_free(hook);
    }
    while (object->trees)
    {
        struct object_tree *next = object->trees->next;
        os_free(object->trees);
        object->trees = next;
    }
    while (object->made)
    {
        struct made_index *next = object->made->next;
        os_free(object->made);
        object->made = next;
    }
    while (object->known)
    {
        struct known_column *next = object->known->next;
        os_free(object->known);
        object->known = next;
    }
    os_free(object);
}

void schema_release_object(struct database *database, struct table_object *object)
{
    struct table_object **link = &database->objects[object->objid % DATABASE_BUCKETS];

    if (--object->references || !object->is_gone)
        return;
    while (*link != object)
        link = &(*link)->next;
    *link = object->next;
    free_object(object);
}

void schema_free_objects(struct database *database)
{
    for (unsigned i = 0; i < DATABASE_BUCKETS; i++)
    {
        struct table_object **link = &database->objects[i];

        while (*link)
        {
            struct table_object *object = *link;

            if (object->references)
            {
                link = &object->next;
                continue;
            }
            *link = object->next;
            free_object(object);
        }
    }
}

JET_ERR schema_note_made(struct table_object *object, const struct made_index *index)
{
    struct made_index *made = os_alloc(sizeof(*made));

    if (!made)
        return JET_errOutOfMemory;
    *made = *index;
    made->next = object->made;
    object->made = made;
    if (made->objid == object->objid)
        atomic_store(&object->primary_made, true);
    return JET_errSuccess;
}

void schema_forget_made(struct table_object *object, uint32_t root)
{
    for (struct made_index **link = &object->made; *link; link = &(*link)->next)
    {
        struct made_index *made = *link;

        if (made->root != root)
            continue;
        *link = made->next;
        if (made->objid == object->objid)
            atomic_store(&object->primary_made, false);
        os_free(made);
        return;
    }
}

static struct known_column *known_column(const struct table_object *object, uint32_t id)
{
    struct known_column *known = object->known;

    while (known && known->id != id)
        known = known->next;
    return known;
}

/* If there is nothing left to know. */
static void drop_known(struct table_object *object, struct known_column *known)
{
    struct known_column **link = &object->known;

    if (known->fresh || known->name[0])
        return;
    while (*link != known)
        link = &(*link)->next;
    *link = known->next;
    os_free(known);
}

bool schema_is_fresh(const struct table_object *object, uint32_t id)
{
    const struct known_column *known = known_column(object, id);

    return known && known->fresh;
}

JET_ERR schema_note_fresh(struct table_object *object, uint32_t id)
{
    struct known_column *known = known_column(object, id);

    if (!known)
    {
        known = os_alloc_zero(sizeof(*known));
        if (!known)
            return JET_errOutOfMemory;
        known->id = id;
        known->next = object->known;
        object->known = known;
    }
    known->fresh++;
    return JET_errSuccess;
}

void schema_forget_fresh(struct table_object *object, uint32_t id)
{
    struct known_column *known = known_column(object, id);

    if (!known)
        return;
    known->fresh--;
    drop_known(object, known);
}

void schema_keep_name(struct table_object *object, uint32_t id, const char *name)
{
    struct known_column *known = known_column(object, id);

    if (!known)
        return;
    strcpy(known->name, name);
    drop_known(object, known);
}

const char *schema_kept_name(const struct table_object *object, uint32_t id)
{
    const struct known_column *known = known_column(object, id);

    return known && known->name[0] ? known->name : NULL;
}

bool table_has_unseen_index(const struct table *table)
{
    bool found = false;

    os_mutex_lock(&table->database->lock);
    for (const struct made_index *made = table->object->made; made && !found; made = made->next)
    {
        uint32_t i = 0;

        while (i < table->index_count && table->indexes[i].objid != made->objid)
            i++;
        found = made->alone && made->objid != table->objid && i == table->index_count;
    }
    os_mutex_unlock(&table->database->lock);
    return found;
}

void table_shown_name(const struct table *table, char name[SCHEMA_NAME_SIZE])
{
    const struct table_object *object = table->object;

    if (!object)
    {
        strcpy(name, table->name);
        return;
    }
    os_mutex_lock(&table->database->lock);
    strcpy(name, object->name[0] ? object->name : table->name);
    os_mutex_unlock(&table->database->lock);
}

struct tree *schema_tree(struct table_object *object, uint32_t root, uint32_t objid)
{
    struct object_tree *tree = object->trees;

    while (tree && (tree->tree.root != root || tree->tree.objid != objid))
        tree = tree->next;
    if (tree)
        return &tree->tree;
    tree = os_alloc_zero(sizeof(*tree));
    if (!tree)
        return NULL;
    tree->next = object->trees;
    object->trees = tree;
    return &tree->tree;
}
