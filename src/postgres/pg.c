/* SPDX-License-Identifier: Apache-2.0 */
/* Statements are known by number and prepared under "s" and that number; a new connection has none,
 * so the flags are dropped with the old one. */

#include "postgres/pg.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

#include <libpq-fe.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

/* pg_type.dat of PostgreSQL 15: these never change. */
enum { OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25 };
enum { OID_BYTEA_ARRAY = 1001, OID_TEXT_ARRAY = 1009, OID_INT8_ARRAY = 1016 };
enum { ARGS_BYTES_MAX = 63 << 20 };

struct bx_pg {
    PGconn *conn;
    PGresult *rows; /* of the last statement */
    bool open;
    bool prepared[BX_PG_STATEMENTS_MAX];
    char name[200];
};

/* --- values ----------------------------------------------------------------------------------- */

void bx_pg_args_clear(struct bx_pg_args *args)
{
    if (args->bytes.max == 0)
        bx_buf_init(&args->bytes, ARGS_BYTES_MAX);
    bx_buf_clear(&args->bytes);
    args->count = 0;
    args->array = 0;
}

void bx_pg_args_finish(struct bx_pg_args *args)
{
    bx_buf_finish(&args->bytes);
}

static void put_32(struct bx_buf *buf, uint32_t value)
{
    value = htobe32(value);
    bx_buf_add(buf, &value, sizeof value);
}

static void value_add(struct bx_pg_args *args, uint32_t type, const void *bytes, size_t len)
{
    if (args->array > 0) {
        put_32(&args->bytes, (uint32_t)len);
        bx_buf_add(&args->bytes, bytes, len);
        args->ends[args->count - 1] = args->bytes.len;
        return;
    }
    bx_assert(args->count < BX_PG_ARGS_MAX);
    bx_buf_add(&args->bytes, bytes, len);
    args->types[args->count] = type;
    args->ends[args->count++] = args->bytes.len;
}

void bx_pg_add_int(struct bx_pg_args *args, int64_t value)
{
    uint64_t wire = htobe64((uint64_t)value);
    value_add(args, OID_INT8, &wire, sizeof wire);
}

void bx_pg_add_text(struct bx_pg_args *args, const char *value)
{
    value_add(args, OID_TEXT, value, strlen(value));
}

void bx_pg_add_bytes(struct bx_pg_args *args, const void *bytes, size_t len)
{
    value_add(args, OID_BYTEA, bytes, len);
}

/* array_send() in the server's arrayfuncs.c: dimensions, has-nulls, element type, and for the one
 * dimension its length and lower bound; then each value behind its length. */
void bx_pg_add_array(struct bx_pg_args *args, enum bx_pg_type type, size_t count)
{
    static const uint32_t ones[] = {
        [BX_PG_INT] = OID_INT8, [BX_PG_TEXT] = OID_TEXT, [BX_PG_BYTES] = OID_BYTEA};
    static const uint32_t arrays[] = {[BX_PG_INT] = OID_INT8_ARRAY,
                                      [BX_PG_TEXT] = OID_TEXT_ARRAY,
                                      [BX_PG_BYTES] = OID_BYTEA_ARRAY};
    args->array = 0;
    value_add(args, arrays[type], "", 0);
    put_32(&args->bytes, 1);
    put_32(&args->bytes, 0);
    put_32(&args->bytes, ones[type]);
    put_32(&args->bytes, (uint32_t)count);
    put_32(&args->bytes, 1);
    args->ends[args->count - 1] = args->bytes.len;
    args->array = 1;
}

struct values {
    const char *at[BX_PG_ARGS_MAX];
    int lengths[BX_PG_ARGS_MAX], formats[BX_PG_ARGS_MAX];
};

static void values_of(const struct bx_pg_args *args, struct values *ret)
{
    size_t from = 0;
    for (int i = 0; i < args->count; i++) {
        ret->at[i] = bx_buf_text(&args->bytes) + from;
        ret->lengths[i] = (int)(args->ends[i] - from);
        ret->formats[i] = 1;
        from = args->ends[i];
    }
}

/* --- errors ----------------------------------------------------------------------------------- */

/* PostgreSQL 15 manual, appendix A. */
static enum bx_err err_of(const struct bx_pg *pg, const char *state)
{
    static const struct {
        const char *state;
        enum bx_err err;
    } known[] = {
        {"40", BX_ERR_BUSY},                               /* serialization failure, deadlock */
        {"55P03", BX_ERR_BUSY},    {"57014", BX_ERR_BUSY}, /* took too long */
        {"57P", BX_ERR_BUSY},                              /* the server goes down */
        {"08", BX_ERR_BUSY},       {"25006", BX_ERR_BUSY}, /* this one is a standby now */
        {"23", BX_ERR_CLASH},      {"42P01", BX_ERR_CORRUPT},
        {"42703", BX_ERR_CORRUPT}, {"53100", BX_ERR_FULL},
    };
    if (PQstatus(pg->conn) != CONNECTION_OK)
        return BX_ERR_BUSY;
    for (size_t i = 0; state != NULL && i < bx_countof(known); i++)
        if (strncmp(state, known[i].state, strlen(known[i].state)) == 0)
            return known[i].err;
    return BX_ERR_IO;
}

static int fail(struct bx_pg *pg, const PGresult *result, struct bx_fault *fault)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *message = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    return bx_fault_set(fault, err_of(pg, state), "The database has not done as told.", "%s %.150s",
                        state ? state : "(broken)", message ? message : PQerrorMessage(pg->conn));
}

static void rows_drop(struct bx_pg *pg)
{
    PQclear(pg->rows);
    pg->rows = NULL;
}

/* Takes RESULT over. */
static int judge(struct bx_pg *pg, PGresult *result, int64_t *ret_rows, struct bx_fault *fault)
{
    rows_drop(pg);
    pg->rows = result;
    int err = 0;
    int64_t rows = 0;
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_TUPLES_OK)
        rows = PQntuples(result);
    else if (status != PGRES_COMMAND_OK)
        err = fail(pg, result, fault);
    else if (bx_text_number(PQcmdTuples(result), strlen(PQcmdTuples(result)), INT32_MAX, &rows) < 0)
        rows = 0; /* it changes none */
    if (ret_rows != NULL)
        *ret_rows = rows;
    return err;
}

/* --- connections ------------------------------------------------------------------------------ */

static void say_nothing(void *arg, const char *message)
{
    (void)arg;
    (void)message;
}

static bool shows(struct bx_pg *pg, const char *sql, const char *wanted)
{
    PGresult *result = PQexec(pg->conn, sql);
    bool good =
        PQresultStatus(result) == PGRES_TUPLES_OK && strcmp(PQgetvalue(result, 0, 0), wanted) == 0;
    PQclear(result);
    return good;
}

/* A lock that is waited for too long, a peer that is gone without a word: neither may keep the
 * writer. Every statement goes by a key or an index; a plan made while a table was small, or never
 * looked at, must not go through the whole of it when it has grown. */
static const char settings[] = "SET lock_timeout = '5s'; SET statement_timeout = '30s';"
                               "SET idle_in_transaction_session_timeout = '60s';"
                               "SET client_encoding = 'UTF8';"
                               "SET plan_cache_mode = force_generic_plan;"
                               "SET enable_seqscan = off; SET enable_hashjoin = off;"
                               "SET enable_mergejoin = off";

static int ready(struct bx_pg *pg, struct bx_fault *fault)
{
    memset(pg->prepared, 0, sizeof pg->prepared);
    pg->open = false;
    if (PQstatus(pg->conn) != CONNECTION_OK)
        return bx_fault_set(fault, BX_ERR_OFFLINE, "The database does not answer.", "%.150s",
                            PQerrorMessage(pg->conn));
    PQsetNoticeProcessor(pg->conn, say_nothing, NULL);
    int err = bx_pg_script(pg, settings, fault);
    if (err != 0)
        return err;
    if (!shows(pg, "SHOW fsync", "on") || shows(pg, "SHOW synchronous_commit", "off"))
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "The database confirms what is not on disk yet: fsync and "
                            "synchronous_commit must be on.");
    if (!shows(pg, "SHOW server_encoding", "UTF8"))
        return bx_fault_say(fault, BX_ERR_REFUSED, "The database must be made with encoding UTF8.");
    return 0;
}

struct bx_pg *bx_pg_open(const char *url, struct bx_fault *fault)
{
    const char *const names[] = {"dbname",     "connect_timeout",           "tcp_user_timeout",
                                 "keepalives", "fallback_application_name", NULL};
    const char *const held[] = {url, "10", "15000", "1", "boxtilld", NULL};
    struct bx_pg *pg = bx_new(struct bx_pg);
    pg->conn = PQconnectdbParams(names, held, 1);
    if (pg->conn == NULL || ready(pg, fault) != 0)
        return bx_pg_destroy(pg);
    snprintf(pg->name, sizeof pg->name, "%.90s/%.90s", PQhost(pg->conn), PQdb(pg->conn));
    return pg;
}

void *bx_pg_destroy(struct bx_pg *pg)
{
    if (pg == NULL)
        return NULL;
    rows_drop(pg);
    PQfinish(pg->conn);
    return bx_free(pg);
}

const char *bx_pg_name(const struct bx_pg *pg)
{
    return pg->name;
}

/* --- transactions ----------------------------------------------------------------------------- */

int bx_pg_begin(struct bx_pg *pg, const char *how, struct bx_fault *fault)
{
    bx_assert(!pg->open);
    if (PQstatus(pg->conn) == CONNECTION_OK && bx_pg_script(pg, how, fault) == 0) {
        pg->open = true;
        return 0;
    }
    if (PQstatus(pg->conn) == CONNECTION_OK)
        return BX_ERR_IO;
    PQreset(pg->conn); /* it broke while nobody looked */
    int err = ready(pg, fault);
    if (err == 0)
        err = bx_pg_script(pg, how, fault);
    pg->open = err == 0;
    return err;
}

enum bx_outcome bx_pg_commit(struct bx_pg *pg, struct bx_fault *fault)
{
    bx_assert(pg->open);
    rows_drop(pg);
    PGresult *result = PQexec(pg->conn, "COMMIT");
    enum bx_outcome outcome = BX_DONE;
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        int err = fail(pg, result, fault);
        /* Only a server that has answered has said no. */
        outcome = PQstatus(pg->conn) == CONNECTION_OK && err != BX_OK ? BX_REFUSED : BX_UNKNOWN;
    } else if (strcmp(PQcmdStatus(result), "COMMIT") != 0) {
        outcome = BX_REFUSED; /* it was broken before */
        bx_fault_set(fault, BX_ERR_IO, "The database has not done as told.", "rolled back");
    }
    PQclear(result);
    pg->open = false;
    return outcome;
}

void bx_pg_rollback(struct bx_pg *pg)
{
    if (!pg->open)
        return;
    pg->open = false;
    rows_drop(pg);
    if (PQstatus(pg->conn) == CONNECTION_OK)
        PQclear(PQexec(pg->conn, "ROLLBACK"));
}

/* --- statements ------------------------------------------------------------------------------- */

int bx_pg_script(struct bx_pg *pg, const char *sql, struct bx_fault *fault)
{
    return judge(pg, PQexec(pg->conn, sql), NULL, fault);
}

bool bx_pg_has(const struct bx_pg *pg, int number)
{
    bx_assert(number >= 0 && number < BX_PG_STATEMENTS_MAX);
    return pg->prepared[number];
}

struct label {
    char text[16];
};
static struct label label_of(int number)
{
    struct label label;
    snprintf(label.text, sizeof label.text, "s%d", number);
    return label;
}

int bx_pg_prepare(struct bx_pg *pg, int number, const char *sql, const struct bx_pg_args *args,
                  struct bx_fault *fault)
{
    bx_assert(!bx_pg_has(pg, number));
    struct label label = label_of(number);
    int err =
        judge(pg, PQprepare(pg->conn, label.text, sql, args->count, args->types), NULL, fault);
    pg->prepared[number] = err == 0;
    return err;
}

int bx_pg_run(struct bx_pg *pg, int number, const struct bx_pg_args *args, int64_t *ret_rows,
              struct bx_fault *fault)
{
    bx_assert(bx_pg_has(pg, number));
    struct values values;
    struct label label = label_of(number);
    if (args->bytes.full)
        return bx_fault_set(fault, BX_ERR_FULL, "That is too much at once.",
                            "a statement's values");
    values_of(args, &values);
    PGresult *result = PQexecPrepared(pg->conn, label.text, args->count, values.at, values.lengths,
                                      values.formats, 1);
    return judge(pg, result, ret_rows, fault);
}

int64_t bx_pg_int(const struct bx_pg *pg, int64_t row, int column)
{
    uint64_t wire;
    bx_assert(PQgetlength(pg->rows, (int)row, column) == (int)sizeof wire);
    memcpy(&wire, PQgetvalue(pg->rows, (int)row, column), sizeof wire);
    return (int64_t)be64toh(wire);
}

const void *bx_pg_bytes(const struct bx_pg *pg, int64_t row, int column, size_t *ret_len)
{
    if (ret_len != NULL)
        *ret_len = (size_t)PQgetlength(pg->rows, (int)row, column);
    return PQgetvalue(pg->rows, (int)row, column);
}
