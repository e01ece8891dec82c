#include "kernels/straddle/amt.h"

#include "harness/base/io.h"
#include "tests/test.h"

#include <string.h>

/* With all that the form allows: anchors, aliases, flow and block, rule tables with and without Types,
 * settings that nobody reads. */
static const char whole[] =
    "# comment\n"
    "comments: [\"one\", 'two']\n"
    "backtest:\n"
    "  aum: 800.0\n"
    "  strategy_toggles:\n"
    "    stonks: &STONKS 0.05\n"
    "    none: &NONE 0\n"
    "  calc: [a, {b: c}]\n"
    "group_table:\n"
    "    Columns: [field, rgx, value]\n"
    "    Types:   [character, unique_character, character]\n"
    "    Rows:\n"
    "    - [Class, '^(Rate|Swap)$', 'rates']\n"
    "    - [Underlying, '^.*$', 1]\n"
    "other_table: {Columns: [a], Rows: }\n"
    "expiry_schedules:\n"
    "  schedule1: &ONE [N0_BDa_25, N0_BDb_25]\n"
    "  schedule7:\n"
    "    - N0_OVERRIDE_33.3\n"
    "    - F10_OVERRIDE_12.5\n"
    "  same: *ONE\n"
    "amt:\n"
    "  QQ Comdty: {Underlying: \"QQ Comdty\", Class: Commodity, Market: {Field: PX_LAST, Tickers: "
    "QQ1 "
    "Comdty},\n"
    "    Options: schedule7, WeightCap: 0.05, Vol: {Source: BBG, Ticker: QQ1 Comdty, Near: "
    "NEAR_IV, Far: "
    "FAR_IV},\n"
    "    Valuation: {Model: ES, S: px, X: strike, t: expiry_date - date, v: vol},\n"
    "    Hedge: {Source: fut, generic: QQ1 Comdty, fut_code: QQ, fut_month_map: GHJKMNQUVXZF, "
    "min_year_offset: 1,\n"
    "            market_code: Comdty}}\n"
    "  AAPL:\n"
    "    Underlying: AAPL US Equity\n"
    "    Class: SingleStock\n"
    "    Vol: {Source: BBG, Ticker: AAPL US Equity, Near: N, Far: F}\n"
    "    Options: schedule1\n"
    "    Hedge: {Source: nonfut, Ticker: AAPL US Equity, Field: PX_OPEN}\n"
    "    WeightCap: *STONKS\n"
    "    Note: \"vol: realised, not implied\"\n"
    "    Synthetic: Yes\n"
    "    Valuation: {Model: BS}\n"
    "  Credit:\n"
    "    Underlying: ITRX\n"
    "    Vol: {Source: CV, Near: CREDIT.VOL, Far: NONE}\n"
    "    Options: same\n"
    "    Hedge: {Source: cds, hedge: ITRX Curncy, hedge1: \"A:2023-06:B\"}\n"
    "    WeightCap: 1e-2\n"
    "    Valuation: {Model: CDS_ES}\n"
    "  Swap: &SWAP\n"
    "    Underlying: USD5Y5Y\n"
    "    Vol: {Source: BBG_LMEVOL}\n"
    "    Options: schedule1\n"
    "    Hedge: {Source: calc, ccy: USD, tenor: \"5_5\"}\n"
    "    WeightCap: 1\n"
    "    Valuation: {Model: NS}\n"
    "  Dead: {Underlying: GONE, Options: nowhere, WeightCap: *NONE, Vol: {Source: CV}, Hedge: "
    "{Source: "
    "fut},\n"
    "    Valuation: {Model: ES}}\n"
    "  Without: {Underlying: A LA, Vol: {Source: CV}, Hedge: {Source: fut}, Valuation: {Model: "
    "ES}}\n";

static struct amt *parsed(const char *yaml)
{
    struct err e;
    struct amt *amt = amt_parse(str_of(yaml), "F", &e);
    assert_ok(amt, &e);
    return amt;
}

static void every_field_is_read(void **state)
{
    (void)state;
    struct amt *amt = parsed(whole);
    assert_int_equal(amt->asset_count, 6);
    const struct amt_asset *a = &amt->assets[0];
    assert_string_equal(a->name, "QQ Comdty");
    assert_string_equal(a->group, "Commodity");
    assert_string_equal(a->schedule, "schedule7");
    assert_true(a->weight_cap == 0.05);
    assert_int_equal(a->model, AMT_ES);
    assert_int_equal(a->vol.source, AMT_VOL_BBG);
    assert_string_equal(a->vol.ticker, "QQ1 Comdty");
    assert_string_equal(a->vol.near, "NEAR_IV");
    assert_string_equal(a->vol.far, "FAR_IV");
    assert_int_equal(a->hedge.source, AMT_HEDGE_FUT);
    assert_string_equal(a->hedge.code, "QQ");
    assert_string_equal(a->hedge.month_map, "GHJKMNQUVXZF");
    assert_string_equal(a->hedge.market, "Comdty");
    assert_int_equal(a->hedge.min_year_offset, 1);
    assert_string_equal(a->note, "");
    assert_false(a->is_synthetic);
    a = &amt->assets[1];
    assert_string_equal(a->name, "AAPL");
    assert_string_equal(a->underlying, "AAPL US Equity");
    assert_true(a->weight_cap == 0.05);
    assert_int_equal(a->model, AMT_BS);
    assert_int_equal(a->hedge.source, AMT_HEDGE_NONFUT);
    assert_string_equal(a->hedge.ticker, "AAPL US Equity");
    assert_string_equal(a->hedge.field, "PX_OPEN");
    assert_string_equal(a->note, "vol: realised, not implied");
    assert_true(a->is_synthetic);
    a = &amt->assets[2];
    assert_int_equal(a->model, AMT_CDS_ES);
    assert_int_equal(a->vol.source, AMT_VOL_CV);
    assert_string_equal(a->vol.near, "CREDIT.VOL");
    assert_string_equal(a->hedge.hedge, "ITRX Curncy");
    assert_string_equal(a->hedge.hedge1, "A:2023-06:B");
    assert_string_equal(a->hedge.field, "");
    a = &amt->assets[3];
    assert_int_equal(a->model, AMT_NS);
    assert_int_equal(a->vol.source, AMT_VOL_BBG_LMEVOL);
    assert_string_equal(a->hedge.currency, "USD");
    assert_string_equal(a->hedge.tenor, "5_5");
    assert_false(amt_is_live(&amt->assets[4]));
    assert_false(amt_is_live(&amt->assets[5]));
    assert_true(amt->bytes > 1000);
    amt_free(amt);
    amt_free(NULL);
}

static void schedules_are_lists_as_they_stand(void **state)
{
    (void)state;
    struct amt *amt = parsed(whole);
    assert_int_equal(amt->schedule_count, 3);
    const struct amt_schedule *s = amt_schedule_find(amt, "schedule7");
    assert_non_null(s);
    assert_int_equal(s->n, 2);
    assert_string_equal(s->entries[1], "F10_OVERRIDE_12.5");
    s = amt_schedule_find(amt, "same");
    assert_non_null(s);
    assert_int_equal(s->n, 2);
    assert_string_equal(s->entries[0], "N0_BDa_25");
    assert_null(amt_schedule_find(amt, "schedule"));
    amt_free(amt);
}

static void assets_are_found_by_their_underlying(void **state)
{
    (void)state;
    struct amt *amt = parsed(whole);
    assert_ptr_equal(amt_find(amt, str_of("AAPL US Equity")), &amt->assets[1]);
    assert_ptr_equal(amt_find(amt, str_of("GONE")), &amt->assets[4]);
    assert_null(amt_find(amt, str_of("AAPL")));
    assert_null(amt_find(amt, str_of("")));
    amt_free(amt);
}

static void patterns_select_live_assets_anywhere_in_order(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *selected;
    } rows[] = {
        {"",                 "AAPL US Equity;ITRX;QQ Comdty;USD5Y5Y;"},
        {".",                "AAPL US Equity;ITRX;QQ Comdty;USD5Y5Y;"},
        {"^QQ",              "QQ Comdty;"                            },
        {"US",               "AAPL US Equity;USD5Y5Y;"               },
        {"^US",              "USD5Y5Y;"                              },
        {"^(QQ Comdty|ITR)", "ITRX;QQ Comdty;"                       },
        {"(5Y){2}",          "USD5Y5Y;"                              },
        {"GONE|LA",          ""                                      },
        {"us",               ""                                      },
    };
    struct amt *amt = parsed(whole);
    const struct amt_asset *out[6];
    struct err e;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char names[200] = "";
        int n = amt_select(amt, rows[i].pattern, out, &e);
        for (int k = 0; k < n; k++) {
            strcat(names, out[k]->underlying);
            strcat(names, ";");
        }
        assert_string_equal(names, rows[i].selected);
    }
    assert_int_equal(amt_select(amt, "^(LA", out, &e), -1);
    assert_says(&e, "\"^(LA\": expected a POSIX extended regular expression: ");
    assert_int_equal(e.code, ERR_INPUT);
    amt_free(amt);
}

/* ---- what is refused ----------------------------------------------------------------------- */

static void refused(const char *yaml, const char *words)
{
    struct err e = {0};
    struct amt *amt = amt_parse(str_of(yaml), "F", &e);
    if (amt)
        fail_msg("was taken, expected \"%s\":\n%s", words, yaml);
    assert_int_equal(e.code, ERR_INPUT);
    assert_says(&e, words);
}

/* The whole file with one text in place of the first of another. */
static void refused_with(const char *old, const char *new, const char *words)
{
    struct text yaml = {0};
    const char *at = strstr(whole, old);
    assert_non_null(at);
    text_add(&yaml, whole, (size_t)(at - whole));
    text_puts(&yaml, new);
    text_puts(&yaml, at + strlen(old));
    refused(yaml.p, words);
    text_done(&yaml);
}

static void fields_that_do_not_fit_are_named_by_line(void **state)
{
    (void)state;
    static const struct {
        const char *old, *new, *words;
    } rows[] = {
        {"Source: BBG,",                                                      "Source: BBQ,",
         "F:24: QQ Comdty: Vol.Source: expected BBG, CV or BBG_LMEVOL, found \"BBQ\""                                                                                                               },
        {"Source: BBG,",                                                      "",
         "F:24: QQ Comdty: Vol.Source: expected BBG, CV or BBG_LMEVOL, found nothing"                                                                                                               },
        {"Source: fut,",                                                      "Source: [fut],",                             "Hedge.Source: expected text, found a list"                             },
        {"Source: fut,",                                                      "Source: FUT,",
         "QQ Comdty: Hedge.Source: expected fut, nonfut, cds or calc"                                                                                                                               },
        {"Model: ES",                                                         "Model: EX",
         "F:25: QQ Comdty: Valuation.Model: expected ES, CDS_ES, NS or BS"                                                                                                                          },
        {"Model: ES",                                                         "Model: ",                                    "Valuation.Model: expected ES, CDS_ES, NS or BS, found nothing"         },
        {"Ticker: QQ1 Comdty, Near",                                          "Near",
         "F:24: QQ Comdty: Vol.Ticker: expected text, found nothing"                                                                                                                                },
        {"Near: NEAR_IV",                                                     "Near: ~",                                    "Vol.Near: expected text, found nothing"                                },
        {"Near: CREDIT.VOL, ",                                                "",                                           "F:40: Credit: Vol.Near: expected text, found nothing"                  },
        {"fut_code: QQ",                                                      "fut_code: ''",                               "Hedge.fut_code: expected text, found \"\""                             },
        {"GHJKMNQUVXZF",                                                      "GHJKMNQUVXZ",                                "Hedge.fut_month_map: expected 12 letters of FGHJ"                      },
        {"GHJKMNQUVXZF",                                                      "ABCDEFGHIJKL",                               "Hedge.fut_month_map: expected 12 letters of FGHJ"                      },
        {"min_year_offset: 1",                                                "min_year_offset: -1",
         "Hedge.min_year_offset: expected a whole number from 0 to 10"                                                                                                                              },
        {"min_year_offset: 1",                                                "min_year_offset: 1.5",
         "Hedge.min_year_offset: expected a whole number"                                                                                                                                           },
        {"market_code: Comdty",                                               "x: y",
         "F:26: QQ Comdty: Hedge.market_code: expected text, found nothing"                                                                                                                         },
        {"hedge: ITRX Curncy, ",                                              "",                                           "Credit: Hedge.hedge: expected text"                                    },
        {"ccy: USD, ",                                                        "",                                           "Swap: Hedge.ccy: expected text"                                        },
        {"ccy: USD, ",                                                        "ccy: [USD], ",                               "Swap: Hedge.ccy: expected text, found a list"                          },
        {"nonfut, Ticker: AAPL US Equity,",                                   "nonfut, ",                                   "AAPL: Hedge.Ticker: expected text"                                     },
        {"WeightCap: 0.05",                                                   "WeightCap: much",
         "WeightCap: expected a number not below 0, found \"much\""                                                                                                                                 },
        {"WeightCap: 0.05",                                                   "WeightCap: nan",
         "WeightCap: expected a number not below 0, found \"nan\""                                                                                                                                  },
        {"WeightCap: 0.05",                                                   "WeightCap: 1e999",
         "WeightCap: expected a number not below 0, found \"1e999\""                                                                                                                                },
        {"WeightCap: 0.05",                                                   "WeightCap: -0.05",
         "F:24: QQ Comdty: WeightCap: expected a number not below 0, found \"-0.05\""                                                                                                               },
        {"aum: 800.0",                                                        "aum: many",                                  "F:4: backtest.aum: expected a finite number, found \"many\""           },
        {"aum: 800.0",                                                        "aum: 1e999",
         "F:4: backtest.aum: expected a finite number, found \"1e999\""                                                                                                                             },
        {"aum: 800.0",                                                        "leverage: [20]",
         "F:4: backtest.leverage: expected a finite number, found a list"                                                                                                                           },
        {"WeightCap: 0.05",                                                   "WeightCap: [1]",                             "WeightCap: expected text, found a list"                                },
        {"Synthetic: Yes",                                                    "Synthetic: maybe",                           "F:36: AAPL: Synthetic: expected true or false"                         },
        {"Options: schedule7",                                                "Options: schedule8",
         "F:24: QQ Comdty: Options: expected a name of expiry_schedules, found \"schedule8\""                                                                                                       },
        {"Options: schedule7, ",                                              "",                                           "F:23: QQ Comdty: Options: expected text, found nothing"                },
        {"Underlying: AAPL US Equity",                                        "Underlying: QQ Comdty",
         "F:29: AAPL: Underlying: expected another one than that of line 23, found \"QQ Comdty\""                                                                                                   },
        {"Underlying: AAPL US Equity",
         "Underlying: ",                                                                                                    "F:29: AAPL: Underlying: expected text of 1 to 200 bytes, found nothing"},
        {"Underlying: \"QQ Comdty\"",                                         "Underlying: \"\\0\"",                        "F:23: a zero byte"                                                     },
        {"Underlying: AAPL US Equity",                                        "Underlying: \"AAPL\\tUS\"",
         "F:29: AAPL: Underlying: expected text without control characters"                                                                                                                         },
        {"Underlying: AAPL US Equity",                                        "Underlying: \"# AAPL\"",
         "F:29: AAPL: Underlying: expected text that does not begin with #, found \"# AAPL\""                                                                                                       },
        {"Note: \"vol: realised",                                             "Note: \"a\\nb",
         "F:35: AAPL: Note: expected text without control characters"                                                                                                                               },
        {"    Vol: {Source: BBG, Ticker: AAPL US Equity, Near: N, Far: F}\n", "    Vol: BBG\n",
         "F:31: AAPL: Vol.Source: expected a mapping of at most 64 keys around it, found \"BBG\""                                                                                                   },
        {"  Dead: {",                                                         "  Dead: [",                                  "F:53: no YAML: "                                                       },
        {"  Swap: &SWAP\n",                                                   "  X: 1\n  Swap: &SWAP\n",                    "F:45: X: expected a mapping, found \"1\""                              },
        {"  schedule7:\n",                                                    "  schedule1:\n",                             "F:18: the key \"schedule1\" stands twice"                              },
        {"  same: *ONE\n",                                                    "  same: 5\n",
         "F:21: expiry_schedules.same: expected a list of at most 64 entries"                                                                                                                       },
        {"  same: *ONE\n",                                                    "  same: [[]]\n",
         "F:21: expiry_schedules.same: expected entries as text, found a list"                                                                                                                      },
        {"WeightCap: *STONKS",                                                "WeightCap: *STONK",
         "F:34: the alias \"STONK\": expected an anchor of that name before it"                                                                                                                     },
        {"  Swap: &SWAP\n",                                                   "  Swap: &SWAP\n    <<: *ONE\n",              "F:46: a merge key"                                                     },
        {"    Class: SingleStock\n",                                          "    Class: SingleStock\n    Class: Other\n",
         "F:31: the key \"Class\" stands twice"                                                                                                                                                     },
        {"amt:\n",                                                            "AMT:\n",                                     "F:2: amt: expected a mapping of assets, found nothing"                 },
        {"aum: 800.0",                                                        "aum: [",                                     "F:6: no YAML: "                                                        },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refused_with(rows[i].old, rows[i].new, rows[i].words);
}

static void the_form_of_rule_tables_is_checked(void **state)
{
    (void)state;
    static const struct {
        const char *old, *new, *words;
    } rows[] = {
        {"Columns: [field, rgx, value]",             "Columns: []",
         "F:10: group_table.Columns: expected a list of 1 to 64 texts, found a list"                                                       },
        {"Columns: [field, rgx, value]",             "Columns: field",
         "F:10: group_table.Columns: expected a list of 1 to 64 texts, found \"field\""                                                    },
        {"Columns: [field, rgx, value]",             "Columns: [a, [b], c]",
         "group_table.Columns: expected text, found a list"                                                                                },
        {"Columns: [field, rgx, value]",             "",
         "F:11: group_table.Columns: expected a list, found nothing"                                                                       },
        {"[character, unique_character, character]", "[character]",
         "F:11: group_table.Types: expected a list of 3 texts, one a column"                                                               },
        {"'rates']",                                 "'rates', more]",
         "F:13: group_table.Rows: expected a list of 3 texts, one a column"                                                                },
        {"'^.*$', 1]",                               "'^.*$', {}]",          "F:14: group_table.Rows: expected text, found a mapping"      },
        {"    - [Underlying, '^.*$', 1]",            "    - x",
         "F:14: group_table.Rows: expected a list of 3 texts, one a column, found \"x\""                                                   },
        {", Rows: }",                                ", Rows: 1}",           "F:15: other_table.Rows: expected a list of rows, found \"1\""},
        {", Rows: }",                                "}",                    "F:15: other_table.Rows: expected a list, found nothing"      },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refused_with(rows[i].old, rows[i].new, rows[i].words);
}

static void what_is_no_document_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *words;
    } rows[] = {
        {"",                        "F:1: the file is empty"                                           },
        {"# only a comment\n",      "F:1: the file is empty"                                           },
        {"[1, 2]",                  "F:1: the document: expected a mapping of sections, found a list"  },
        {"text",                    "F:1: the document: expected a mapping of sections, found \"text\""},
        {"amt: {}\n---\namt: {}\n", "F:2: a second document"                                           },
        {"amt: {[a]: b}\n",         "F:1: expected text as a key"                                      },
        {"amt: &A [*A]\n",          "F:1: an alias inside of what it stands for"                       },
        {"amt: &A {a: {b: *A}}\n",  "F:1: an alias inside of what it stands for"                       },
        {"amt: {a: b\n",            "F:2: no YAML: did not find expected ',' or '}'"                   },
        {"amt:\n\t- x\n",           "F:2: no YAML: "                                                   },
        {"amt: \"\xff\"\n",         "F: no YAML: byte 6: "                                             },
        {"amt: 1\n",                "F:1: amt: expected a mapping of assets, found \"1\""              },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refused(rows[i].yaml, rows[i].words);
    amt_free(parsed("amt: {}\n"));
    amt_free(parsed("expiry_schedules:\namt: {}\nx: &A [1]\ny: *A\n"));
    /* The anchor that was named last is meant. */
    struct amt *amt = parsed("amt: {}\nx: [&A [], &A [b]]\nexpiry_schedules: {s: *A}\n");
    assert_int_equal(amt->schedules[0].n, 1);
    amt_free(amt);
}

/* ---- limits -------------------------------------------------------------------------------- */

static void repeat(struct text *t, const char *what, int n)
{
    for (int i = 0; i < n; i++)
        text_puts(t, what);
}

static void depth_and_size_have_limits(void **state)
{
    (void)state;
    struct text yaml = {0};
    text_puts(&yaml, "amt: {}\nx: ");
    repeat(&yaml, "[", 63);
    repeat(&yaml, "]", 63);
    amt_free(parsed(yaml.p));
    text_clear(&yaml);
    text_puts(&yaml, "amt: {}\nx: ");
    repeat(&yaml, "[", 64);
    repeat(&yaml, "]", 64);
    refused(yaml.p, "F:2: expected at most 64 levels");
    text_clear(&yaml);
    repeat(&yaml, "[", 100000);
    refused(yaml.p, "F:1: ");
    text_clear(&yaml);
    text_reserve(&yaml, (16 << 20) + 2);
    memset(yaml.p, '#', (16 << 20) + 1);
    yaml.p[yaml.n = (16 << 20) + 1] = '\0';
    refused(yaml.p, "F: expected at most 16 MiB");
    text_clear(&yaml);
    text_puts(&yaml, "x: [");
    repeat(&yaml, "a,", 1000000);
    text_puts(&yaml, "]\namt: {}\n");
    refused(yaml.p, "F:1: expected at most 1000000 values and keys");
    text_clear(&yaml);
    text_done(&yaml);
}

/* Each of nine lists holds the one before it nine times: 9^9 texts, were they written out. In a rule
 * table, an asset and a schedule they are of the wrong form; elsewhere they are read past. */
static void alias_bombs_do_not_go_off(void **state)
{
    (void)state;
    struct text bomb = {0}, yaml = {0};
    text_puts(&bomb, "a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i <= 9; i++) {
        text_printf(&bomb, "a%d: &a%d [", i, i);
        for (int k = 0; k < 9; k++)
            text_printf(&bomb, "%s*a%d", k ? "," : "", i - 1);
        text_puts(&bomb, "]\n");
    }
    static const struct {
        const char *end, *words;
    } rows[] = {
        {"t: {Columns: *a9, Rows: *a9}\namt: {}\n", "t.Columns: expected text, found a list"      },
        {"t: {Columns: *a0, Rows: *a9}\namt: {}\n", "t.Rows: expected text, found a list"         },
        {"expiry_schedules: {s: *a9}\namt: {}\n",   "expiry_schedules.s: expected entries as text"},
        {"amt: {a: *a9}\n",                         "a: expected a mapping, found a list"         },
        {"amt: {a: {Underlying: *a9}}\n",           "a: Underlying: expected text, found a list"  },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        text_clear(&yaml);
        text_printf(&yaml, "%s%s", bomb.p, rows[i].end);
        refused(yaml.p, rows[i].words);
    }
    text_clear(&yaml);
    text_printf(&yaml, "%samt: {}\n", bomb.p);
    amt_free(parsed(yaml.p));
    text_done(&bomb);
    text_done(&yaml);
}

static void files_are_read_and_named(void **state)
{
    (void)state;
    char path[1024];
    struct err e;
    snprintf(path, sizeof path, "%s/amt.yaml", test_folder("amt"));
    assert_ok(io_write_file(path, whole, sizeof whole - 1, &e), &e);
    struct amt *amt = amt_load(path, &e);
    assert_ok(amt, &e);
    assert_int_equal(amt->asset_count, 6);
    amt_free(amt);
    assert_ok(io_write_file(path, "amt: 1\n", 7, &e), &e);
    assert_null(amt_load(path, &e));
    assert_says(&e, "amt.yaml:1: amt: expected");
    assert_null(amt_load("/no/such.yaml", &e));
    assert_says(&e, "/no/such.yaml");
}

/* Each key once, at its first place; ten lines at most. */
static void keys_that_nobody_knows_are_told(void **state)
{
    (void)state;
    char path[1024];
    struct err e;
    struct text yaml = {0}, notes = {0}, expected = {0};
    snprintf(path, sizeof path, "%s/keys.yaml", test_folder("keys"));
    test_write(path, whole);
    struct amt *amt = amt_load_noting(path, &notes, &e);
    assert_ok(amt, &e);
    assert_int_equal(notes.n, 0);
    amt_free(amt);
    text_puts(&yaml, "amt:\n");
    for (int i = 0; i < 2; i++)
        text_printf(
            &yaml,
            "  A%d: {Underlying: A%d, Clazz: C, Market: {Any: 1}, Vol: {Source: CV, Class: x},\n"
            "    Hedge: {Source: fut, futcode: A}, Valuation: {Model: ES, any: thing}}\n",
            i, i);
    test_write(path, yaml.p);
    assert_ok(amt = amt_load_noting(path, &notes, &e), &e);
    amt_free(amt);
    text_printf(&expected,
                "%s:2: A0: key \"Clazz\" is not known: not used\n"
                "%s:2: A0: key \"Vol.Class\" is not known: not used\n"
                "%s:3: A0: key \"Hedge.futcode\" is not known: not used\n",
                path, path, path);
    assert_non_null(notes.p);
    assert_string_equal(notes.p, expected.p);
    text_clear(&notes), text_clear(&yaml), text_clear(&expected);
    text_puts(&yaml, "amt: {A: {Underlying: A, Vol: {Source: CV}, Hedge: {Source: fut}, "
                     "Valuation: {Model: ES}");
    for (int i = 0; i < 12; i++)
        text_printf(&yaml, ", K%d: 1", i);
    text_puts(&yaml, "}}\n");
    test_write(path, yaml.p);
    assert_ok(amt = amt_load_noting(path, &notes, &e), &e);
    amt_free(amt);
    int lines = 0;
    for (const char *p = notes.p; (p = strchr(p, '\n')); p++)
        lines++;
    assert_int_equal(lines, 10);
    assert_non_null(strstr(notes.p, "key \"K8\" is not known"));
    assert_non_null(strstr(notes.p, ": more keys are not known: not used\n"));
    text_done(&yaml), text_done(&notes), text_done(&expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_field_is_read),
        TEST(schedules_are_lists_as_they_stand),
        TEST(assets_are_found_by_their_underlying),
        TEST(patterns_select_live_assets_anywhere_in_order),
        TEST(fields_that_do_not_fit_are_named_by_line),
        TEST(the_form_of_rule_tables_is_checked),
        TEST(what_is_no_document_is_refused),
        TEST(depth_and_size_have_limits),
        TEST(alias_bombs_do_not_go_off),
        TEST(files_are_read_and_named),
        TEST(keys_that_nobody_knows_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
