/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sort keys.  The tables of the file are in nls_tables.c.
 */

#include "nls_private.h"

/* What the script weight says of a character. */
enum script
{
    SCRIPT_UNSORTABLE = 0,
    SCRIPT_NONSPACE = 1,
    SCRIPT_EXPANSION = 2,
    SCRIPT_KANA = 3,
    SCRIPT_JAMO = 4,
    SCRIPT_EXTENSION_A = 5,
    SCRIPT_PUNCTUATION = 6,
    SCRIPT_SYMBOL_FIRST = 7,
    SCRIPT_SYMBOL_LAST = 12,
    SCRIPT_DIGIT = 13,
    SCRIPT_CYRILLIC_LAST = 20,
    SCRIPT_KANA_KEY = 34,                /* what stands in the key for kana */
    SCRIPT_ARABIC = 41,
    SCRIPT_PRIVATE_FIRST = 169,
    SCRIPT_PRIVATE_LAST = 175,
    SCRIPT_IDEOGRAPH_FIRST = 192,
    SCRIPT_IDEOGRAPH_LAST = 241,
};

/* Bits of the case weight. */
#define CASE_FULL_WIDTH 0x01
#define CASE_FULL_SIZE  0x02
#define CASE_SUBSCRIPT  0x08
#define CASE_UPPER      0x10
#define CASE_HIRAGANA   0x20
#define CASE_WEIGHT     0x3f
#define CASE_COMPRESSES 0xc0

#define WEIGHT_LEAST 2

#define KANA_REPEAT 0
#define KANA_LONG   1

/* A list of weights, on the stack until it is long. */
#define LIST_INLINE 256

struct list
{
    uint8_t *data;
    size_t used, capacity;
    uint8_t first[LIST_INLINE];
};

enum { KANA_SMALL, KANA_MARK, KANA_TYPE, KANA_WIDTH, KANA_LISTS };

struct key
{
    const struct nls_sort_tables *tables;
    const struct nls_sort_id *sort;
    const struct nls_compression *compression;
    uint32_t exceptions;
    uint32_t flags;
    uint8_t case_mask;
    bool failed;
    uint8_t *out;                        /* the primary weights go straight into the key */
    size_t capacity, used;
    struct list diacritics, cases, special;
    struct list kana[KANA_LISTS];
};

static void list_init(struct list *list)
{
    list->data = list->first;
    list->used = 0;
    list->capacity = LIST_INLINE;
}

static bool list_grow(struct list *list)
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

static inline void put(struct key *key, struct list *list, uint8_t weight)
{
    if (os_unlikely(list->used == list->capacity) && !list_grow(list))
    {
        key->failed = true;
        return;
    }
    list->data[list->used++] = weight;
}

static inline void put_out(struct key *key, uint8_t byte)
{
    if (os_likely(key->used < key->capacity))
        key->out[key->used] = byte;
    key->used++;
}

static struct nls_weights weights_of(const struct key *key, uint16_t c)
{
    return nls_weights(key->tables, key->exceptions, c);
}

/* ---- weights one by one ---- */

/* Whether the flags for linguistic comparison pass over marks of this script. */
static bool is_alphabetic(uint8_t script)
{
    return script == SCRIPT_NONSPACE || script == SCRIPT_KANA || script == SCRIPT_PUNCTUATION || script == SCRIPT_ARABIC ||
           (script >= SCRIPT_DIGIT && script <= SCRIPT_CYRILLIC_LAST);
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

static void put_marks(struct key *key, uint8_t diacritic, uint8_t kase)
{
    if (!(key->flags & OS_NORM_IGNORENONSPACE))
        put(key, &key->diacritics, diacritic);
    put(key, &key->cases, kase);
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
    uint16_t position = (uint16_t)~(key->used / 2);

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

static void add_plain(struct key *key, const struct nls_weights *weights)
{
    put_out(key, weights->script);
    put_out(key, weights->primary);
    if (os_unlikely(weights->script >= SCRIPT_PRIVATE_FIRST) && has_third_weight(key, weights->script))
    {
        put_out(key, weights->diacritic);
        put(key, &key->cases, case_of(key, weights));
        return;
    }
    put_marks(key, diacritic_of(key, weights), case_of(key, weights));
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
        add_plain(key, &before);
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
            add_plain(key, &part);
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
        put_marks(key, WEIGHT_LEAST, case_of(key, weights));
        return;

    case SCRIPT_PUNCTUATION:
        if (key->flags & OS_NORM_IGNORESYMBOLS)
            return;
        if (key->flags & OS_SORT_STRINGSORT)
            add_plain(key, weights);
        else
            add_special(key, weights);
        return;

    default:
        if (key->flags & OS_NORM_IGNORESYMBOLS && weights->script >= SCRIPT_SYMBOL_FIRST &&
            weights->script <= SCRIPT_SYMBOL_LAST)
            return;
        add_plain(key, weights);
        return;
    }
}

/* ---- Korean letters ---- */

enum jamo_kind { JAMO_NONE, JAMO_LEADING, JAMO_VOWEL, JAMO_TRAILING };

/* Letters that were found to stand for one syllable. */
struct syllable
{
    const struct nls_jamo *leading, *vowel, *trailing;
};

#define JAMO_FILL_LEADING 0x115f
#define JAMO_FILL_VOWEL   0x1160
#define HANGUL_FIRST 0xac00
#define HANGUL_NO_LEADING 0xd7a3         /* letters without a leading one sort with the last syllable */

static enum jamo_kind jamo_kind(uint16_t c)
{
    if ((c >= 0x1100 && c <= 0x115f) || (c >= 0xa960 && c <= 0xa97c))
        return JAMO_LEADING;
    if ((c >= 0x1160 && c <= 0x11a7) || (c >= 0xd7b0 && c <= 0xd7c6))
        return JAMO_VOWEL;
    if ((c >= 0x11a8 && c <= 0x11ff) || (c >= 0xd7cb && c <= 0xd7fb))
        return JAMO_TRAILING;
    return JAMO_NONE;
}

/* The file has them in the order of their code points. */
static const struct nls_jamo *find_jamo(const struct key *key, uint16_t c)
{
    unsigned index = c < 0x1200 ? c - 0x1100u : c < 0xd000 ? c - 0xa960u + 256 :
                     c < 0xd7c7 ? c - 0xd7b0u + 285 : c - 0xd7cbu + 308;

    return index < key->tables->jamo_count ? &key->tables->jamo[index] : NULL;
}

static uint8_t greatest(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

/* The syllable of today that these letters sort with, or between which and the
   one before. */
static uint16_t nearest_syllable(const struct syllable *syllable)
{
    const struct nls_jamo *parts[] = { syllable->leading, syllable->vowel, syllable->trailing };
    uint8_t leading = 0, vowel = 0, trailing = 0;

    if (!syllable->leading)
        return HANGUL_NO_LEADING;
    for (int i = 0; i < 3; i++)
    {
        if (!parts[i])
            continue;
        leading = greatest(leading, parts[i]->leading);
        vowel = greatest(vowel, parts[i]->vowel);
        trailing = greatest(trailing, parts[i]->trailing);
    }
    return (uint16_t)(HANGUL_FIRST + (leading * 21 + vowel) * 28 + trailing);
}

static void add_syllable(struct key *key, const struct syllable *syllable)
{
    uint16_t c = nearest_syllable(syllable);
    struct nls_weights weights;

    if (syllable->leading && syllable->vowel)
    {
        weights = weights_of(key, c);
    }
    else if (c > HANGUL_FIRST)
    {
        weights = weights_of(key, c - 1);
    }
    else
    {
        weights = weights_of(key, c);
        weights.primary--;
    }
    put_out(key, weights.script);
    put_out(key, weights.primary);
    put_out(key, 0xff);
    put_out(key, !syllable->leading ? 0xff : syllable->leading->weight | (syllable->vowel ? 0 : 0x80));
    put_out(key, 0xff);
    put_out(key, syllable->vowel ? syllable->vowel->weight : 3);
    put_out(key, 0xff);
    put_out(key, syllable->trailing ? syllable->trailing->weight : 2);
    put_marks(key, WEIGHT_LEAST, WEIGHT_LEAST);
}

static bool is_old_trailing(const struct key *key, const WCHAR *text, size_t cch)
{
    const struct nls_jamo *jamo;

    return cch && jamo_kind((uint16_t)*text) == JAMO_TRAILING && (jamo = find_jamo(key, (uint16_t)*text)) && jamo->old;
}

/* Takes the letters of one syllable from the text; returns how many.  Where all
   are of today, the vowel begins another syllable. */
static size_t add_jamo(struct key *key, const WCHAR *text, size_t cch)
{
    struct syllable syllable = { 0 };
    enum jamo_kind last = JAMO_NONE;
    size_t taken = 0;

    while (taken < cch)
    {
        uint16_t c = (uint16_t)text[taken];
        enum jamo_kind kind = jamo_kind(c);
        const struct nls_jamo *jamo;

        if (kind <= last || !(jamo = find_jamo(key, c)))
            break;
        if (kind == JAMO_VOWEL && syllable.leading && !syllable.leading->old && !jamo->old &&
            !is_old_trailing(key, text + taken + 1, cch - taken - 1))
            break;
        if (c == JAMO_FILL_LEADING || c == JAMO_FILL_VOWEL)
            jamo = NULL;
        if (kind == JAMO_LEADING)
            syllable.leading = jamo;
        else if (kind == JAMO_VOWEL)
            syllable.vowel = jamo;
        else
            syllable.trailing = jamo;
        last = kind;
        taken++;
    }
    if (taken)
        add_syllable(key, &syllable);
    return taken ? taken : 1;
}

/* ---- digits as numbers ---- */

/* Of the scripts whose digits count, and no superscripts or fractions. */
static int digit_value(uint16_t c)
{
    static const uint16_t zeros[] =
    {
        0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6,
        0x0d66, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x1bb0,
        0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xaa50, 0xff10,
    };

    if (c >= '0' && c <= '9')
        return c - '0';
    if (c < zeros[0])
        return -1;
    for (size_t i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++)
    {
        if (c >= zeros[i] && c < zeros[i] + 10)
            return c - zeros[i];
    }
    return -1;
}

#define NUMBER_DIGITS 19                 /* of longer ones the rest is another number */

/*
 * Digits of one kind that follow each other sort by their count, then by value,
 * two to a byte, then by how few zeroes are in front.  Returns how many were
 * taken; 0 if the text begins with none.
 */
static size_t add_number(struct key *key, const WCHAR *text, size_t cch, const struct nls_weights *first)
{
    uint8_t digits[NUMBER_DIGITS];
    size_t taken = 0, zeros = 0, count = 0, i = 0;

    while (taken < cch && taken < NUMBER_DIGITS)
    {
        struct nls_weights weights = weights_of(key, (uint16_t)text[taken]);
        int value = digit_value((uint16_t)text[taken]);

        if (value < 0 || weights.diacritic != first->diacritic || weights.kase != first->kase)
            break;
        if (value || count)
            digits[count++] = (uint8_t)value;
        else
            zeros++;
        taken++;
    }
    if (!taken)
        return 0;
    put_out(key, SCRIPT_DIGIT);
    put_out(key, 2);
    put_out(key, (uint8_t)(2 + count));
    if (count & 1)
        put_out(key, (uint8_t)(0x22 + digits[i++]));
    for (; i < count; i += 2)
        put_out(key, (uint8_t)((digits[i] + 2) << 4 | (digits[i + 1] + 2)));
    put_out(key, (uint8_t)(0xfe - zeros));
    put_marks(key, diacritic_of(key, first), case_of(key, first));
    return taken;
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
        mask &= (uint8_t)~(CASE_UPPER | CASE_SUBSCRIPT);
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
            (taken = add_number(&key, text + i, cch - i, &weights)))
        {
            i += taken;
            continue;
        }
        if (weights.script == SCRIPT_JAMO)
        {
            i += add_jamo(&key, text + i, cch - i);
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
