/* sim/tests/test_databases.c - a sweep and the database that is there already. */
// links: sim/tests/fake_session.c sim/tests/program.c
// without: sim/run/session.c
// timeout: 180
#include <sqlite3.h>
#include <sys/stat.h>

#include "sim/tests/program.h"

static void make_database(const char *sql)
{
    sqlite3 *db;

    mkdir("r", 0700);
    ck_assert_int_eq(sqlite3_open("r/results.db", &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

START_TEST(a_database_of_another_version_is_refused_and_left_alone)
{
    make_database(
        "CREATE TABLE sweep (x); PRAGMA application_id=1937010546; PRAGMA user_version=9");
    ck_assert_int_eq(storsim("sweep good --out r"), 2);
    says(messages,
         "r/results.db: a database of version 9; this storsim reads and writes version 4");
    ck_assert_str_eq(query("r/results.db", "SELECT count(*) FROM sqlite_master"), "1");
}
END_TEST

START_TEST(a_foreign_database_and_a_file_that_is_none_are_refused)
{
    make_database("CREATE TABLE theirs (x)");
    ck_assert_int_eq(storsim("sweep good --out r"), 2);
    says(messages, "a database of another program");
    write_text("r/results.db",
               "this is no database, and it is long enough to be looked at in some detail, "
               "with its more than a hundred bytes of text");
    ck_assert_int_eq(storsim("sweep good --out r"), 2);
    says(messages, "r/results.db: not a database");
}
END_TEST

START_TEST(a_results_folder_that_cannot_be_made_is_refused)
{
    write_text("file", "x");
    ck_assert_int_eq(storsim("sweep good --out file"), 2);
    says(messages, "file: ");
    ck_assert_int_eq(storsim("sweep good --out file/below"), 2);
    says(messages, "storsim: file");
    ck_assert_int_eq(storsim("sweep good --out /proc/nothing"), 2);
    says(messages, "storsim: /proc/nothing: cannot make the results folder");
}
END_TEST

int main(int argc, char **argv)
{
    TCase *tc = tcase_create("databases");

    tcase_add_test(tc, a_database_of_another_version_is_refused_and_left_alone);
    tcase_add_test(tc, a_foreign_database_and_a_file_that_is_none_are_refused);
    tcase_add_test(tc, a_results_folder_that_cannot_be_made_is_refused);
    return program_main(argc, argv, tc);
}
