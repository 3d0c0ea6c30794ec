/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sort keys of what is more than one character: Korean letters that make a
 * syllable, and digits that make a number.
 */

#include "nls_private.h"

/* ---- Korean letters ---- */

enum jamo_kind
{
    JAMO_NONE,
    JAMO_LEADING,
    JAMO_VOWEL,
    JAMO_TRAILING
};

/* Letters that were found to stand for one syllable. */
struct syllable
{
    const struct nls_jamo *leading, *vowel, *trailing;
};

#define JAMO_FILL_LEADING 0x115f
#define JAMO_FILL_VOWEL   0x1160
#define HANGUL_FIRST      0xac00
#define HANGUL_NO_LEADING 0xd7a3 /* letters without a leading one sort with the last syllable */

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
    unsigned index = c < 0x1200   ? c - 0x1100u
                     : c < 0xd000 ? c - 0xa960u + 256
                     : c < 0xd7c7 ? c - 0xd7b0u + 285
                                  : c - 0xd7cbu + 308;

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
    nls_put_marks(key, WEIGHT_LEAST, WEIGHT_LEAST);
}

static bool is_old_trailing(const struct key *key, const WCHAR *text, size_t cch)
{
    const struct nls_jamo *jamo;

    return cch && jamo_kind((uint16_t)*text) == JAMO_TRAILING && (jamo = find_jamo(key, (uint16_t)*text)) && jamo->old;
}

/* Takes the letters of one syllable from the text; returns how many.  Where all
   are of today, the vowel begins another syllable. */
size_t nls_add_jamo(struct key *key, const WCHAR *text, size_t cch)
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
    static const uint16_t zeros[] = {
        0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0e50, 0x0ed0, 0x0f20,
        0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xaa50, 0xff10,
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

#define NUMBER_DIGITS 19 /* of longer ones the rest is another number */

/*
 * Digits of one kind that follow each other sort by their count, then by value,
 * two to a byte, then by how few zeroes are in front.  Returns how many were
 * taken; 0 if the text begins with none.
 */
size_t nls_add_number(struct key *key, const WCHAR *text, size_t cch, const struct nls_weights *first)
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
    nls_put_marks_of(key, first);
    return taken;
}
