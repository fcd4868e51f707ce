/* sim/cli/junit.c - a sweep as a JUnit report, in the dialect that Jenkins and GitLab read. */
#include "sim/cli/junit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/run/repeat.h"

/* Text for an attribute or content; what XML 1.0 cannot hold becomes '?'. */
static void text_write(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '&')
            fputs("&amp;", out);
        else if (c == '<')
            fputs("&lt;", out);
        else if (c == '>')
            fputs("&gt;", out);
        else if (c == '"')
            fputs("&quot;", out);
        else
            fputc(c < ' ' && c != '\n' && c != '\t' ? '?' : c, out);
    }
}

static void element_write(FILE *out, const char *element, const char *message, const char *type,
                          const char *content)
{
    fprintf(out, "    <%s message=\"", element);
    text_write(out, message);
    fprintf(out, "\" type=\"");
    text_write(out, type);
    fprintf(out, "\">");
    text_write(out, content);
    fprintf(out, "</%s>\n", element);
}

static void problem_write(FILE *out, const struct sim_cell *cell, const struct sim_cell_result *r)
{
    char message[600], repeat[SIM_REPEAT_BYTES] = "";

    if (r->lost > 0) {
        sim_repeat_run(repeat, sim_scenario_path(cell->scenario), cell->setting, cell->settings,
                       r->first_lost);
        snprintf(message, sizeof(message), "storsim failed on seed %llu: %s",
                 (unsigned long long)r->first_lost, r->lost_message);
        element_write(out, "error", message, "storsim", repeat);
    }
    if (r->outcome == SIM_OUTCOME_VIOLATED) {
        if (r->first_replay[0] != '\0')
            sim_repeat_replay(repeat, r->first_replay);
        else
            sim_repeat_run(repeat, sim_scenario_path(cell->scenario), cell->setting, cell->settings,
                           r->first_seed);
        snprintf(message, sizeof(message), "seed %llu: %s", (unsigned long long)r->first_seed,
                 r->first_message);
        element_write(out, "failure", message, sim_rule_info[r->first_rule].name, repeat);
    } else if (r->outcome == SIM_OUTCOME_NOT_FOUND) {
        struct sim_expect expect = sim_scenario_expect(cell->scenario);

        snprintf(message, sizeof(message),
                 "expected a violation of %s within %llu seeds; %llu seeds were run",
                 sim_rule_info[expect.rule].name, (unsigned long long)expect.within_seeds,
                 (unsigned long long)r->seeds);
        element_write(out, "failure", message, "expected-violation", "");
    } else if (r->outcome == SIM_OUTCOME_NOT_RUN) {
        fprintf(out, "    <skipped message=\"no seed was run\"/>\n");
    }
}

static void case_write(FILE *out, const struct sim_cell *cell, const struct sim_cell_result *r)
{
    fprintf(out, "  <testcase classname=\"storsim.");
    text_write(out, sim_scenario_name(cell->scenario));
    fprintf(out, "\" name=\"");
    text_write(out, sim_opt_text(cell->scenario, SIM_OPT_DRIVER_MODULE));
    fprintf(out, "\" time=\"%.3f\">\n", r->elapsed_s);
    fprintf(out, "    <properties><property name=\"driver-build\" value=\"");
    text_write(out, r->build);
    fprintf(out, "\"/></properties>\n");
    problem_write(out, cell, r);
    fprintf(out, "  </testcase>\n");
}

static void suite_write(FILE *out, const struct sim_cell *cell,
                        const struct sim_cell_result *result, uint32_t cells, double elapsed_s)
{
    uint32_t failures = 0, errors = 0, skipped = 0;

    for (uint32_t i = 0; i < cells; i++) {
        failures +=
            result[i].outcome == SIM_OUTCOME_VIOLATED || result[i].outcome == SIM_OUTCOME_NOT_FOUND;
        errors += result[i].lost > 0;
        skipped += result[i].outcome == SIM_OUTCOME_NOT_RUN;
    }
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
            "<testsuite name=\"storsim sweep\" tests=\"%u\" failures=\"%u\" errors=\"%u\" "
            "skipped=\"%u\" "
            "time=\"%.3f\">\n",
            cells, failures, errors, skipped, elapsed_s);
    for (uint32_t i = 0; i < cells; i++)
        case_write(out, &cell[i], &result[i]);
    fprintf(out, "</testsuite>\n</testsuites>\n");
}

int sim_junit_write(const char *path, const struct sim_cell *cell,
                    const struct sim_cell_result *result, uint32_t cells, double elapsed_s,
                    struct sim_error *error)
{
    char temporary[4096];
    FILE *file;
    bool bad;

    snprintf(temporary, sizeof(temporary), "%s.new-%d", path, (int)getpid());
    file = fopen(temporary, "w");
    if (file == NULL)
        return sim_error_set(error, "%s: %s", path, strerror(errno));
    suite_write(file, cell, result, cells, elapsed_s);
    bad = ferror(file) != 0;
    if (fclose(file) != 0 || bad || rename(temporary, path) != 0) {
        int reason = errno;

        unlink(temporary);
        return sim_error_set(error, "%s: %s", path, strerror(reason));
    }
    return 0;
}
