/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What /r does besides replaying: /b restores a backup first, /k makes a database shorter afterwards, /p finds pages
 * that it has lost. */
#include "esentutl.h"

static JET_ERR JET_API on_status(JET_SESID sesid, JET_SNP snp, JET_SNT snt, void *data)
{
    (void)sesid, (void)snp, (void)snt, (void)data;
    return JET_errSuccess;
}

/* The instance does not go on after it. */
JET_ERR recovery_restore(JET_INSTANCE *instance, const struct options *options)
{
    const WCHAR *from = option_value(options, 'b'), *to = option_value(options, 'r');
    JET_ERR err;

    printf("Restoring to %s from '%s'...\n", to ? path_text(to) : "where databases were", path_text(from));
    err = JetRestoreInstanceW(*instance, from, to, on_status);
    (void)JetTerm2(*instance, JET_bitTermComplete);
    return err;
}

JET_ERR recovery_attach(JET_INSTANCE instance, const struct options *options)
{
    const WCHAR *lost = option_value(options, 'p'), *database = lost ? lost : option_value(options, 'k');
    JET_GRBIT grbit = lost ? 0 : JET_bitShrinkDatabaseEofOnAttach;
    uint32_t reclaims = lost != NULL;
    JET_SETDBPARAM parameters[2] = { { JET_dbparamShrinkDatabaseOptions, &grbit, sizeof(grbit) },
                                     { JET_dbparamLeakReclaimerEnabled, &reclaims, sizeof(reclaims) } };
    JET_SESID sesid;
    JET_ERR err = JetBeginSessionW(instance, &sesid, NULL, NULL), detached;

    if (err < 0)
        return err;
    if (!lost && option_flag(options, 'f'))
        grbit |= JET_bitShrinkDatabaseFullCategorizationOnAttach;
    printf("Attaching for additional database operations...\n             Database: %s\n"
           "             Shrink options: 0x%x\n             Leakage reclaimer: %u\n",
           path_text(database), (unsigned)grbit, (unsigned)reclaims);
    err = JetAttachDatabase3W(sesid, database, parameters, 2, JET_bitDbExclusive);
    printf("Done (error code %d).\n", (int)err);
    if (err >= 0)
    {
        detached = JetDetachDatabaseW(sesid, database);
        err = detached < 0 ? detached : err;
    }
    (void)JetEndSession(sesid, 0);
    return err;
}
