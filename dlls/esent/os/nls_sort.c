/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sort keys.  The tables of the file are in nls_tables.c.
 */

#include "nls_private.h"

static void list_init(struct list *list)
{
    list->data = list->first;
    list->used = 0;
    list->capacity = LIST_INLINE;
}

bool nls_list_grow(struct list *list)
{
    size_t capacity = list->capacity * 4;
    uint8_t *data = os_realloc(list->data == list->first ? NULL : list->data, capacity);

    if (!data)
        return false;
    if (list->data == list->first)
        memcpy(data, list->first, list->used);
    list->data = data;
    list->capacity = capacity;
    return true;
}

/* ---- weights one by one ---- */

/* Whether the flags for linguistic comparison pass over marks of this script. */
static bool is_alphabetic(uint8_t script)
{
    return script == SCRIPT_NONSPACE || script == SCRIPT_KANA || script == SCRIPT_PUNCTUATION ||
           script == SCRIPT_ARABIC || (script >= SCRIPT_DIGIT && script <= SCRIPT_CYRILLIC_LAST);
}

static inline uint8_t diacritic_of(const struct key *key, const struct nls_weights *weights)
{
    if (os_unlikely(key->flags & OS_LINGUISTIC_IGNOREDIACRITIC) && is_alphabetic(weights->script))
        return WEIGHT_LEAST;
    return weights->diacritic;
}

static inline uint8_t case_of(const struct key *key, const struct nls_weights *weights)
{
    if (os_unlikely(key->flags & OS_LINGUISTIC_IGNORECASE) && is_alphabetic(weights->script))
        return WEIGHT_LEAST;
    return weights->kase & key->case_mask;
}

void nls_put_marks(struct key *key, uint8_t diacritic, uint8_t kase)
{
    if (!(key->flags & OS_NORM_IGNORENONSPACE))
        put(key, &key->diacritics, diacritic);
    put(key, &key->cases, kase);
}

void nls_put_marks_of(struct key *key, const struct nls_weights *weights)
{
    nls_put_marks(key, diacritic_of(key, weights), case_of(key, weights));
}

/* A mark adds to the diacritic weight of what is before it. */
static void add_nonspace(struct key *key, const struct nls_weights *weights)
{
    struct list *list = &key->diacritics;

    if (key->flags & OS_NORM_IGNORENONSPACE)
        return;
    if (list->used)
        list->data[list->used - 1] += diacritic_of(key, weights);
    else
        put(key, list, diacritic_of(key, weights));
}

/* Where a character of the special kind stood: counted from the end of 16 bits. */
static void add_special(struct key *key, const struct nls_weights *weights)
{
    uint16_t position = (uint16_t) ~(key->used / 2);

    put(key, &key->special, (uint8_t)(position >> 8));
    put(key, &key->special, (uint8_t)position);
    put(key, &key->special, weights->primary);
    put(key, &key->special, (uint8_t)(case_of(key, weights) | diacritic_of(key, weights) << 3));
}

static bool has_third_weight(const struct key *key, uint8_t script)
{
    if (script >= SCRIPT_PRIVATE_FIRST && script <= SCRIPT_PRIVATE_LAST)
        return true;
    return key->sort->flags & NLS_THREE_BYTES && script >= SCRIPT_IDEOGRAPH_FIRST && script <= SCRIPT_IDEOGRAPH_LAST;
}

void nls_add_plain(struct key *key, const struct nls_weights *weights)
{
    put_out(key, weights->script);
    put_out(key, weights->primary);
    if (os_unlikely(weights->script >= SCRIPT_PRIVATE_FIRST) && has_third_weight(key, weights->script))
    {
        put_out(key, weights->diacritic);
        put(key, &key->cases, case_of(key, weights));
        return;
    }
    nls_put_marks(key, diacritic_of(key, weights), case_of(key, weights));
}

/* ---- kana ---- */

static void add_kana_marks(struct key *key, uint8_t kase, uint8_t mark)
{
    kase &= key->case_mask;
    put(key, &key->cases, WEIGHT_LEAST);
    if (!(key->flags & OS_NORM_IGNORENONSPACE))
    {
        put(key, &key->kana[KANA_SMALL], 0xc4 | (kase & CASE_FULL_SIZE));
        put(key, &key->kana[KANA_MARK], mark);
    }
    put(key, &key->kana[KANA_TYPE], 0xc4 | (kase & CASE_HIRAGANA));
    put(key, &key->kana[KANA_WIDTH], 0xc4 | (kase & CASE_FULL_WIDTH));
}

/* The mark of repetition and that of a long vowel take after the character
   before them, whatever it is. */
static void add_kana_mark(struct key *key, const struct nls_weights *mark, const WCHAR *text, size_t position)
{
    struct nls_weights before = { 0 };

    while (position-- > 0)
    {
        before = weights_of(key, (uint16_t)text[position]);
        if (before.script > SCRIPT_NONSPACE && !(before.script == SCRIPT_KANA && before.primary <= KANA_LONG))
            break;
        before.script = 0;
    }
    if (before.script <= SCRIPT_EXPANSION)
    {
        put_out(key, 0xff);
        put_out(key, 0xff);
        return;
    }
    if (before.script != SCRIPT_KANA)
    {
        before.kase = WEIGHT_LEAST;
        if (key->flags & OS_LINGUISTIC_IGNOREDIACRITIC && before.script <= SCRIPT_ARABIC)
            before.diacritic = WEIGHT_LEAST;
        nls_add_plain(key, &before);
        return;
    }
    put_out(key, SCRIPT_KANA_KEY);
    if (!(key->flags & OS_NORM_IGNORENONSPACE))
        put(key, &key->diacritics, diacritic_of(key, mark));
    if (mark->primary == KANA_LONG)
    {
        put_out(key, before.primary < 0x50 ? before.primary & 7 : before.primary);
        add_kana_marks(key, (before.kase & ~CASE_FULL_WIDTH) | (mark->kase & CASE_FULL_WIDTH), 5);
    }
    else
    {
        put_out(key, before.primary);
        add_kana_marks(key, before.kase, 4);
    }
}

static void add_kana(struct key *key, const struct nls_weights *weights, const WCHAR *text, size_t position)
{
    if (weights->primary <= KANA_LONG)
    {
        add_kana_mark(key, weights, text, position);
        return;
    }
    put_out(key, SCRIPT_KANA_KEY);
    put_out(key, weights->primary);
    if (!(key->flags & OS_NORM_IGNORENONSPACE))
        put(key, &key->diacritics, diacritic_of(key, weights));
    add_kana_marks(key, weights->kase, 3);
}

/* ---- characters ---- */

/* An expansion's parts count as letters, marks among them too. */
static void add_expansion(struct key *key, const struct nls_weights *weights, int depth)
{
    unsigned index = (unsigned)(weights->kase & CASE_WEIGHT) << 8 | weights->diacritic;

    if (index >= key->tables->expansion_count || depth > 4)
        return;
    for (int i = 0; i < 2; i++)
    {
        struct nls_weights part = weights_of(key, key->tables->expansions[index][i]);

        if (part.script == SCRIPT_EXPANSION)
            add_expansion(key, &part, depth + 1);
        else
            nls_add_plain(key, &part);
    }
}

static void add_weights(struct key *key, const struct nls_weights *weights, const WCHAR *text, size_t position)
{
    switch (weights->script)
    {
    case SCRIPT_UNSORTABLE:
        return;

    case SCRIPT_NONSPACE:
        add_nonspace(key, weights);
        return;

    case SCRIPT_EXPANSION:
        add_expansion(key, weights, 0);
        return;

    case SCRIPT_KANA:
        add_kana(key, weights, text, position);
        return;

    case SCRIPT_EXTENSION_A:
        put_out(key, 0xfd);
        put_out(key, 0xff);
        put_out(key, weights->primary);
        put_out(key, weights->diacritic);
        nls_put_marks(key, WEIGHT_LEAST, case_of(key, weights));
        return;

    case SCRIPT_PUNCTUATION:
        if (key->flags & OS_NORM_IGNORESYMBOLS)
            return;
        if (key->flags & OS_SORT_STRINGSORT)
            nls_add_plain(key, weights);
        else
            add_special(key, weights);
        return;

    default:
        if (key->flags & OS_NORM_IGNORESYMBOLS && weights->script >= SCRIPT_SYMBOL_FIRST &&
            weights->script <= SCRIPT_SYMBOL_LAST)
            return;
        nls_add_plain(key, weights);
        return;
    }
}

/* ---- compressions ---- */

/* The sequences of a length are sorted; looks for the text among them. */
static const uint16_t *find_sequence(const uint16_t *first, size_t count, const WCHAR *text, size_t length)
{
    size_t units = nls_sequence_units(length), low = 0, high = count;

    while (low < high)
    {
        size_t middle = (low + high) / 2, i = 0;
        const uint16_t *sequence = first + middle * units;

        while (i < length && sequence[i] == (uint16_t)text[i])
            i++;
        if (i == length)
            return sequence;
        if (sequence[i] < (uint16_t)text[i])
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The longest sequence that the text begins with; its length, or 0. */
static size_t find_compression(const struct key *key, const WCHAR *text, size_t cch, struct nls_weights *weights)
{
    const struct nls_compression *compression = key->compression;
    const uint16_t *sequences = key->tables->sequences + compression->offset;
    const uint16_t *of_length[8];

    for (size_t i = 0; i < 8; i++)
    {
        of_length[i] = sequences;
        sequences += compression->counts[i] * nls_sequence_units(i + 2);
    }
    for (size_t i = 8; i-- > 0;)
    {
        size_t length = i + 2;
        const uint16_t *found;

        if (!compression->counts[i] || length > cch)
            continue;
        if ((found = find_sequence(of_length[i], compression->counts[i], text, length)))
        {
            memcpy(weights, found + nls_sequence_units(length) - 2, sizeof(*weights));
            return length;
        }
    }
    return 0;
}

/* Takes a sequence that counts as one letter; 0 if the text begins with none. */
static size_t add_compression(struct key *key, const WCHAR *text, size_t cch, const struct nls_weights *first,
                              size_t position)
{
    struct nls_weights weights;
    size_t length;

    if (!(first->kase & CASE_COMPRESSES))
        return 0;
    if (!(length = find_compression(key, text, cch, &weights)))
        return 0;
    add_weights(key, &weights, text - position, position);
    return length;
}

/* ---- the whole key ---- */

static void put_list(struct key *key, const struct list *list)
{
    for (size_t i = 0; i < list->used; i++)
        put_out(key, list->data[i]);
}

/* Without what is least at the end: it says nothing. */
static void put_trimmed(struct key *key, struct list *list, uint8_t least)
{
    while (list->used && list->data[list->used - 1] <= least)
        list->used--;
    put_list(key, list);
}

static void put_kana_list(struct key *key, int which, uint8_t plain)
{
    struct list *list = &key->kana[which];

    while (list->used && list->data[list->used - 1] == plain)
        list->used--;
    put_list(key, list);
}

static void finish(struct key *key)
{
    put_out(key, 1);
    if (key->sort->flags & NLS_REVERSE_DIACRITICS)
    {
        for (size_t i = 0, j = key->diacritics.used; i + 1 < j; i++)
        {
            uint8_t weight = key->diacritics.data[i];
            key->diacritics.data[i] = key->diacritics.data[--j];
            key->diacritics.data[j] = weight;
        }
    }
    put_trimmed(key, &key->diacritics, WEIGHT_LEAST);
    put_out(key, 1);
    put_trimmed(key, &key->cases, WEIGHT_LEAST);
    put_out(key, 1);
    if (key->kana[KANA_TYPE].used)
    {
        put_kana_list(key, KANA_SMALL, 0xc4 | CASE_FULL_SIZE);
        put_out(key, 0xff);
        put_kana_list(key, KANA_MARK, 3);
        put_out(key, 2);
        put_kana_list(key, KANA_TYPE, 0xc4 | CASE_HIRAGANA);
        put_out(key, 0xff);
        put_kana_list(key, KANA_WIDTH, 0xc4 | CASE_FULL_WIDTH);
        put_out(key, 0xff);
    }
    put_out(key, 1);
    put_list(key, &key->special);
    put_out(key, 0);
}

static void key_init(struct key *key, const struct nls_sort_tables *tables, const struct nls_sort_id *sort,
                     uint32_t flags)
{
    uint8_t mask = CASE_WEIGHT;

    if (flags & OS_NORM_IGNORECASE)
        mask &= (uint8_t) ~(CASE_UPPER | CASE_SUBSCRIPT);
    if (flags & OS_NORM_IGNOREWIDTH)
        mask &= (uint8_t)~CASE_FULL_WIDTH;
    if (flags & OS_NORM_IGNOREKANATYPE)
        mask &= (uint8_t)~CASE_HIRAGANA;
    key->tables = tables;
    key->sort = sort;
    key->flags = flags;
    key->case_mask = mask;
    key->failed = false;
    key->exceptions = flags & OS_NORM_LINGUISTIC_CASING && sort->linguistic ? sort->linguistic : sort->exceptions;
    key->compression = sort->compression < tables->compression_count ? &tables->compressions[sort->compression] : NULL;
    key->used = 0;
    list_init(&key->diacritics);
    list_init(&key->cases);
    list_init(&key->special);
    for (int i = 0; i < KANA_LISTS; i++)
        list_init(&key->kana[i]);
}

static void list_free(struct list *list)
{
    if (os_unlikely(list->data != list->first))
        os_free(list->data);
}

JET_ERR nls_sort_key(const struct nls_sort_tables *tables, const struct nls_sort_id *sort, uint32_t flags,
                     const WCHAR *text, size_t cch, uint8_t *out, size_t cb, size_t *needed)
{
    struct key key;

    key_init(&key, tables, sort, flags);
    key.out = out;
    key.capacity = cb;
    for (size_t i = 0; i < cch;)
    {
        struct nls_weights weights = weights_of(&key, (uint16_t)text[i]);

        size_t taken;

        if (key.compression && (taken = add_compression(&key, text + i, cch - i, &weights, i)))
        {
            i += taken;
            continue;
        }
        if (os_unlikely(flags & OS_SORT_DIGITSASNUMBERS) && weights.script == SCRIPT_DIGIT &&
            (taken = nls_add_number(&key, text + i, cch - i, &weights)))
        {
            i += taken;
            continue;
        }
        if (weights.script == SCRIPT_JAMO)
        {
            i += nls_add_jamo(&key, text + i, cch - i);
            continue;
        }
        add_weights(&key, &weights, text, i);
        i++;
    }
    finish(&key);
    list_free(&key.diacritics);
    list_free(&key.cases);
    list_free(&key.special);
    for (int i = 0; i < KANA_LISTS; i++)
        list_free(&key.kana[i]);
    *needed = key.used;
    return key.failed ? JET_errOutOfMemory : JET_errSuccess;
}
