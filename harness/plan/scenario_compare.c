#include "harness/plan/scenario_compare.h"

#include "harness/plan/scenario_rows.h"

#include <string.h>

/* Names of cells are those of groups, joined by "+". */
static bool group_is_new(const struct scenario_compare *c, const char *name, struct err *e)
{
    if (!scenario_is_label(name, e))
        return false;
    if (strchr(name, '+'))
        return err_input(e, "name: expected no \"+\" in the name of a group, found \"%.60s\"",
                         name);
    for (int i = 0; i < c->group_count; i++)
        if (strcmp(c->groups[i].name, name) == 0)
            return err_input(e, "name: \"%.60s\" stands twice", name);
    return true;
}

static bool read_groups(struct scenario_compare *c, const struct json *list, struct arena *a,
                        struct err *e)
{
    bool wanted = strcmp(c->expand, "coalitions") == 0;
    if (!wanted)
        return !list || err_input(e, "groups: expected beside \"expand\": \"coalitions\"");
    if (c->of.n)
        return err_input(e, "of: coalitions are of \"groups\", not of single layers");
    int n = json_count(list);
    if (n < 1 || n > SCENARIO_GROUPS_MAX)
        return err_input(e, "groups: expected 1 to %d with \"expand\": \"coalitions\", found %d",
                         SCENARIO_GROUPS_MAX, n);
    for (const struct json *v = json_first(list); v; v = json_next(v)) {
        struct scenario_group *g = &c->groups[c->group_count];
        if (!scenario_read_rows(scenario_group_rows, g, v, a, e) || !group_is_new(c, g->name, e))
            return err_prefix(e, "groups[%d]", c->group_count);
        c->group_count++;
    }
    return true;
}

bool scenario_read_compare(struct scenario_compare *c, const struct json *object, struct arena *a,
                           struct err *e)
{
    struct scenario_compare_fields fields;
    if (!scenario_read_rows(scenario_compare_rows, &fields, object, a, e) ||
        (fields.name && !scenario_is_label(fields.name, e)))
        return false;
    *c = (struct scenario_compare){
        .name = fields.name, .expand = fields.expand, .scales = fields.scales, .of = fields.of};
    if (c->of.n && strcmp(c->expand, "no") == 0)
        return err_input(e, "of: expected beside \"expand\"");
    return read_groups(c, fields.groups, a, e) &&
           (scenario_read_rows(scenario_side_rows, &c->base, fields.base, a, e) ||
            err_prefix(e, "base")) &&
           (scenario_read_rows(scenario_side_rows, &c->new, fields.new, a, e) ||
            err_prefix(e, "new"));
}
