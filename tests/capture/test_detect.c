#include "kernels/capture/capture_needs.h"
#include "kernels/capture/capture_yaml.h"

#include "tests/capture/project.h"
#include "tests/test.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 12 };

struct row {
    const char *name, *entry;
    enum capture_mode mode;
    const char *files[FILES_MAX][2]; /* path, text */
    const char *paths, *warning; /* expected; warning NULL: none at all, else words of the first */
    enum capture_method method;
    double confidence;
};

static const struct capture_plan *detect(const char *folder, const char *entry,
                                         enum capture_mode mode, struct arena *a)
{
    struct capture_plan *plan = ARENA_NEW(a, struct capture_plan, 1);
    struct capture_settings s = {arena_format(a, "%s/%s", folder, entry), mode, NULL};
    capture_detect(&s, a, plan);
    return plan;
}

static void check_row(const struct row *row)
{
    struct arena a = {0};
    const char *folder = project_make("project", row->files, &a);
    project_put(folder, ".git/HEAD", "");
    const struct capture_plan *plan = detect(folder, row->entry, row->mode, &a);
    const char *paths = project_paths(plan->files, plan->file_count, &a);
    if (strcmp(paths, row->paths) != 0)
        fail_msg("%s: expected \"%s\", found \"%s\"", row->name, row->paths, paths);
    if (plan->method != row->method)
        fail_msg("%s: method %s", row->name, capture_method_name(plan->method));
    if (plan->confidence != row->confidence)
        fail_msg("%s: confidence %g", row->name, plan->confidence);
    const char *first = plan->warnings.n ? plan->warnings.v[0] : NULL;
    if (row->warning ? !first || !strstr(first, row->warning) : first != NULL)
        fail_msg("%s: expected warning \"%s\", found \"%s\"", row->name, row->warning, first);
    arena_done(&a);
}

static void check_rows(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_row(&rows[i]);
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof *(rows))
#define GIVEN            CAPTURE_GIVEN, 1
#define ANALYSED         CAPTURE_ANALYSIS, 1
#define DOUBTED          CAPTURE_ANALYSIS, 0.9
#define LISTED           CAPTURE_LISTED, 1
#define LISTED_IN_PART   CAPTURE_LISTED, 0.9
#define FELL_BACK        CAPTURE_GIVEN, 0.9

/* clang-format off */
static void the_entry_file_only_is_the_default(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"entry point", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", "import risk\n"}, {"risk.py", ""}}, "s.py", NULL, GIVEN},
        {"in a folder", "a/b/s.py", CAPTURE_ENTRY_POINT, {{"a/b/s.py", ""}}, "a/b/s.py", NULL, GIVEN},
        {"off", "s.py", CAPTURE_OFF, {{"s.py", ""}}, "", NULL, CAPTURE_DISABLED, 0},
        {"a file that is not there", "t.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}}, "", "t.py: is not there", CAPTURE_FAILED, 0},
        {"a folder", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py/x", ""}}, "", "s.py: is not a regular file", CAPTURE_FAILED, 0},
        {"no such folder", "x/y/s.py", CAPTURE_INCLUDES,
         {{"s.py", ""}}, "", "No such file or directory", CAPTURE_FAILED, 0},
        {"a link that stays within", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", "-> v/two.py"}, {"v/two.py", ""}}, "s.py", NULL, GIVEN},
        {"a link out of the project", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", "-> /etc/passwd"}}, "", "s.py: leaves the project", CAPTURE_FAILED, 0},
        {"what is neither C nor Python", "s.lua", CAPTURE_INCLUDES,
         {{"s.lua", ""}}, "s.lua", "only known of C and Python", DOUBTED},
    };
    CHECK_ROWS(rows);
}

static void includes_of_c_are_followed(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"beside the file, then from the root", "src/s.c", CAPTURE_INCLUDES,
         {{"src/s.c", "#include <math.h>\n#include \"a.h\"\n#include \"lib/b.h\"\n"},
          {"src/a.h", ""}, {"a.h", ""}, {"lib/b.h", "#include \"c.h\""}, {"lib/c.h", ""}},
         "lib/b.h lib/c.h src/a.h src/s.c", NULL, ANALYSED},
        {"cycles end", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "#include \"a.h\"\n"}, {"a.h", "#include \"b.h\"\n"},
          {"b.h", "#include \"a.h\"\n#include \"s.c\"\n"}},
         "a.h b.h s.c", NULL, ANALYSED},
        {"comments and strings are none", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "/* \n#include \"a.h\"\n*/ // \\\n#include \"a.h\"\n"
                  "char *x = \"\\\n#include \\\"a.h\\\"\", q = '\"';\nint n = 1'000; x #include \"a.h\"\n"},
          {"a.h", ""}}, "s.c", NULL, ANALYSED},
        {"blanks, comments and joined lines in one", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "  /* x */ # /* y */ inc\\\nlude /**/ \"a.h\" // z\n#include_next \"b.h\"\r\n#embed \"d.bin\"\n"},
          {"a.h", ""}, {"b.h", ""}, {"d.bin", "x"}}, "a.h b.h d.bin s.c", NULL, ANALYSED},
        {"both branches count", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "#if 0\n#include \"a.h\"\n#else\n#include \"b.h\"\n#endif\n"}, {"a.h", ""}, {"b.h", ""}},
         "a.h b.h s.c", NULL, ANALYSED},
        {"one that is not there", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "int x;\n#include \"no.h\"\n"}}, "s.c", "s.c:2: \"no.h\" is not in the project", DOUBTED},
        {"a macro", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "#include HEADER\n"}}, "s.c", "s.c:1: an #include of a macro is not followed", DOUBTED},
        {"a name without an end", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "#include \"a.h\n"}, {"a.h", ""}}, "s.c", "s.c:1: an #include that is not understood", DOUBTED},
        {"a comment without an end", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "\n\n/* #include \"a.h\"\n"}, {"a.h", ""}}, "s.c", "s.c:3: a comment without an end", DOUBTED},
        {"out of the project", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "#include \"../../x.h\"\n"}}, "s.c", "\"../../x.h\" leaves the project: left out", DOUBTED},
        {"an absolute one", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "#include \"/etc/passwd\"\n"}}, "s.c", "leaves the project: left out", DOUBTED},
        {"a link out of the project", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "#include \"p.h\"\n#include \"p.h\"\n"}, {"p.h", "-> /etc/passwd"}},
         "s.c", "p.h: leaves the project: left out", DOUBTED},
        {"a folder that is a link to itself", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "#include \"d/a.h\"\n"}, {"a.h", "#include \"d/a.h\"\n"}, {"d", "-> ."}},
         "d/a.h d/d/a.h s.c", NULL, ANALYSED},
        {"a link that leads nowhere", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "#include \"x/p.h\"\n"}, {"x/p.h", "-> gone.h"}},
         "s.c", "x/p.h: is a link that leads nowhere: left out", DOUBTED},
        {"files of the other suffixes are read too", "s.cc", CAPTURE_INCLUDES,
         {{"s.cc", "#include \"a.inl\"\n"}, {"a.inl", "#include \"b.h\"\n"}, {"b.h", ""}},
         "a.inl b.h s.cc", NULL, ANALYSED},
    };
    CHECK_ROWS(rows);
}

static void c_is_read_as_compilers_do(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"a carriage return alone ends a line", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "int x; // y\r#include \"a.h\"\r\r\n#include \"b.h\"\r"}, {"a.h", ""}, {"b.h", ""}},
         "a.h b.h s.c", NULL, ANALYSED},
        {"and counts as one", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "\r\r\n\r#include \"no.h\"\r"}}, "s.c", "s.c:4: \"no.h\" is not in the project", DOUBTED},
        {"other forms of the mark, at the start of a line only", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "%:include \"a.h\"\n ?\?= include \"b.h\"\nx %:include \"c.h\"\n%include \"c.h\"\n"},
          {"a.h", ""}, {"b.h", ""}, {"c.h", ""}}, "a.h b.h s.c", NULL, ANALYSED},
        {"behind a comment, which may have lines, but not behind code", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "/* x\n y */ /**/ #include \"a.h\"\nint z; /*\n*/ #include \"b.h\"\n"}, {"a.h", ""}, {"b.h", ""}},
         "a.h s.c", NULL, ANALYSED},
        {"lines are joined by a backslash with blanks behind it, at any line end", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "#inc\\ \t\nlude \"a.h\"\n#\\\rinclude \"b.h\"\n// x \\ \n#include \"c.h\"\n"},
          {"a.h", ""}, {"b.h", ""}, {"c.h", ""}}, "a.h b.h s.c", NULL, ANALYSED},
        {"a mark of UTF-8 in front", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "\xef\xbb\xbf#include \"a.h\"\n"}, {"a.h", ""}}, "a.h s.c", NULL, ANALYSED},
        {"raw strings", "s.cc", CAPTURE_INCLUDES,
         {{"s.cc", "auto x = R\"(\n#include \"a.h\"\n/* )\";\nauto y = u8R\"m( )\"\n#include \"a.h\"\n )m\";\n"
                   "#include \"b.h\"\n"},
          {"a.h", ""}, {"b.h", ""}}, "b.h s.cc", NULL, ANALYSED},
        {"what only looks like one", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "x = R\"( /*\";\n#include \"a.h\"\ny = OR\"(\";\n#include \"b.h\"\n"}, {"a.h", ""}, {"b.h", ""}},
         "a.h b.h s.c", NULL, ANALYSED},
        {"quotes in numbers", "s.c", CAPTURE_INCLUDES,
         {{"s.c", "int n = 0xA'B; /*\n#include \"a.h\"\n*/ char c = u8'\"';\n"}, {"a.h", ""}}, "s.c", NULL, ANALYSED},
    };
    CHECK_ROWS(rows);
}

static void imports_of_python_are_followed(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"plain ones", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "import os, numpy as np\nimport risk as r, utils.rsi\nfrom models import signals\n"},
          {"risk.py", ""}, {"utils/rsi.py", ""}, {"models/__init__.py", "from . import deep"},
          {"models/signals.py", ""}, {"models/deep.py", ""}, {"models/other.py", ""}},
         "models/__init__.py models/deep.py models/signals.py risk.py s.py utils/rsi.py", NULL, ANALYSED},
        {"in brackets over lines, joined lines, behind a colon and a semicolon", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "from u import (  # (\n  a,\n  b as c,\n)\nfrom u \\\n  import d\nif x: import e; import f\n"
                   "try:\n\timport g\nexcept ImportError: pass\n"},
          {"u/a.py", ""}, {"u/b.py", ""}, {"u/d.py", ""}, {"e.py", ""}, {"f.py", ""}, {"g.py", ""}, {"c.py", ""}},
         "e.py f.py g.py s.py u/a.py u/b.py u/d.py", NULL, ANALYSED},
        {"relative levels", "p/q/s.py", CAPTURE_INCLUDES,
         {{"p/q/s.py", "from . import a\nfrom .b import x\nfrom ..c.d import y\nfrom .. import e\n"},
          {"p/q/__init__.py", ""}, {"p/q/a.py", ""}, {"p/q/b.py", ""}, {"p/__init__.py", "y = 1"},
          {"p/c/__init__.py", ""}, {"p/c/d.py", ""}, {"p/e.py", ""}, {"a.py", ""}},
         "p/__init__.py p/c/__init__.py p/c/d.py p/e.py p/q/__init__.py p/q/a.py p/q/b.py p/q/s.py",
         NULL, ANALYSED},
        {"comments and strings are none", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "# import a\nx = 'import a'\n'''\nimport a\n''' \"\"\"x\n\\\"\"\"\nimport a\n\"\"\"\n"
                   "r'\\'; import a'\nd = {'k':\nimport_ }\nimporta = y.import_a\nf(from_=1)\nx = [1,\n2]\n"},
          {"a.py", ""}}, "s.py", NULL, ANALYSED},
        {"cycles end", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "import a\n"}, {"a.py", "import b\n"}, {"b.py", "import a, s\n"}},
         "a.py b.py s.py", NULL, ANALYSED},
        {"a package before a module, the entry file's folder before the root", "x/s.py", CAPTURE_INCLUDES,
         {{"x/s.py", "import m, n, k\n"}, {"x/m/__init__.py", ""}, {"x/m.py", ""}, {"m.py", ""}, {"n.py", ""},
          {"src/k.py", ""}}, "n.py src/k.py x/m/__init__.py x/s.py", NULL, ANALYSED},
        {"a bare folder of a library's name is not local", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "import json\nfrom json import tool\n"}, {"json/data.txt", ""}}, "s.py", NULL, ANALYSED},
        {"a star", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "from a import *\n"}, {"a.py", ""}}, "a.py s.py", NULL, ANALYSED},
        {"a part that is missing", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "\nimport p.q\n"}, {"p/__init__.py", ""}}, "p/__init__.py s.py",
         "s.py:2: import of p.q is not in the project", DOUBTED},
        {"a relative one that is missing", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "from .q import z\n"}}, "s.py", "s.py:1: import of .q.z is not in the project", DOUBTED},
        {"a relative one out of the project", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "from ... import z\n"}}, "s.py", "import of ...z leaves the project: left out", DOUBTED},
        {"one that is not understood", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "import a b\nimport c\n"}, {"a.py", ""}, {"c.py", ""}}, "a.py c.py s.py",
         "s.py:1: an import that is not understood", DOUBTED},
        {"a string without an end", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "x = 'abc\nimport c\n"}, {"c.py", ""}}, "c.py s.py", "s.py:1: a string without an end", DOUBTED},
        {"a bracket without its end", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "x = (1,\nimport c\n"}, {"c.py", ""}}, "s.py", "a bracket without its end", DOUBTED},
        {"one at run time", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "m = importlib.import_module('c')\n"}, {"c.py", ""}}, "s.py",
         "s.py:1: an import at run time is not followed", DOUBTED},
        {"a mark, other line ends and a name beyond ASCII", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "\xef\xbb\xbfimport a\r\nimport b\rimport d\xc3\xa9\r\n"}, {"a.py", ""}, {"b.py", ""},
          {"d\xc3\xa9.py", ""}}, "a.py b.py d\xc3\xa9.py s.py", NULL, ANALYSED},
        {"a link out of the project", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "import a\n"}, {"a.py", "-> /etc/passwd"}},
         "s.py", "a.py: leaves the project: left out", DOUBTED},
        {"a link that leads nowhere", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "import a\n"}, {"a.py", "-> gone.py"}},
         "s.py", "a.py: is a link that leads nowhere: left out", DOUBTED},
        {"by running a file", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "import runpy\nx = runpy.run_path('c.py')\n"}, {"c.py", ""}}, "s.py",
         "s.py:2: an import at run time is not followed", DOUBTED},
        {"from a file by its path", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "s = importlib.util.spec_from_file_location('c', 'c.py')\n"}, {"c.py", ""}}, "s.py",
         "s.py:1: an import at run time is not followed", DOUBTED},
        {"another search path", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "import sys\nsys . path.insert(0, 'lib')\nimport c\n"}, {"lib/c.py", ""}}, "s.py",
         "s.py:2: sys.path is changed: it is not followed", DOUBTED},
        {"paths and calls of one's own are none", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "self.path.append(1)\nx = sys.path\nsys\npath.insert(0, x)\ndef run_path(x): pass\n"}},
         "s.py", NULL, ANALYSED},
    };
    CHECK_ROWS(rows);
}

static void strategy_yaml_overrides_both(void **state)
{
    (void)state;
    static const char list[] = "files:\n  - s.py\n  - config/params.json\n";
    static const struct row rows[] = {
        {"entry point", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", "import a"}, {"a.py", ""}, {"config/params.json", "{}"}, {"strategy.yaml", list}},
         "config/params.json s.py", NULL, LISTED},
        {"includes", "s.py", CAPTURE_INCLUDES,
         {{"s.py", "import a"}, {"a.py", ""}, {"config/params.json", "{}"}, {"strategy.yaml", list}},
         "config/params.json s.py", NULL, LISTED},
        {"but not off", "s.py", CAPTURE_OFF,
         {{"s.py", ""}, {"strategy.yaml", list}}, "", NULL, CAPTURE_DISABLED, 0},
        {"the entry file need not be there", "t.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"config/params.json", "{}"}, {"strategy.yaml", list}},
         "config/params.json s.py", NULL, LISTED},
        {"beside the entry file, then from the root", "x/s.py", CAPTURE_YAML,
         {{"x/s.py", ""}, {"x/strategy.yaml", "files: [s.py, ../y/b.py, y/c.py]"}, {"y/b.py", ""}, {"y/c.py", ""}},
         "x/s.py y/b.py y/c.py", NULL, LISTED},
        {"missing ones", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", list}}, "s.py",
         "strategy.yaml: config/params.json: is not there: left out", LISTED_IN_PART},
        {"three of four missing", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", "files: [a.py, s.py, b.py, c.py]"}}, "s.py",
         "strategy.yaml: a.py: is not there: left out", LISTED_IN_PART},
        {"a pattern", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"a.py", ""}, {"strategy.yaml", "files: [s.py, '*.py']"}}, "s.py",
         "strategy.yaml: *.py: is not there, and patterns are not expanded: left out", LISTED_IN_PART},
        {"a pattern without quotes", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", "files:\n  - s.py\n  - *.py\n"}}, "s.py",
         "strategy.yaml: line 3: ", FELL_BACK},
        {"a name with a star in it", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"a*.py", ""}, {"strategy.yaml", "files: [s.py, 'a*.py']"}}, "a*.py s.py", NULL, LISTED},
        {"indented by tabs", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", "files:\n\t- s.py\n"}}, "s.py", "strategy.yaml: line 2: ", FELL_BACK},
        {"a list without the entry file", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"a.py", ""}, {"strategy.yaml", "files: [a.py]"}}, "a.py",
         "strategy.yaml: the entry file s.py is not in its list", LISTED_IN_PART},
        {"one twice", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", "files: [s.py, ./s.py, x/../s.py]"}}, "s.py", NULL, LISTED},
        {"one that leaves the project", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", "files: [s.py, ../../../etc/passwd]"}}, "s.py",
         "../../../etc/passwd: leaves the project: left out", LISTED_IN_PART},
        {"an absolute one", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", "files: [s.py, /etc/passwd]"}}, "s.py",
         "/etc/passwd: leaves the project: left out", LISTED_IN_PART},
        {"a link out of the project", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"p", "-> /etc"}, {"strategy.yaml", "files: [s.py, p/passwd]"}}, "s.py",
         "p/passwd: leaves the project: left out", LISTED_IN_PART},
        {"a folder", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"d/x", ""}, {"strategy.yaml", "files: [s.py, d]"}}, "s.py",
         "d: is not a regular file: left out", LISTED_IN_PART},
        {"what is no text", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", "files:\n - s.py\n - {a: b}\n"}}, "s.py",
         "files: line 3: expected the path of a file", LISTED_IN_PART},
        {"none that can be had", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", "files: [t.py]"}}, "s.py", "t.py: is not there", FELL_BACK},
        {"malformed", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", "files: [s.py\n"}}, "s.py", "strategy.yaml: line ", FELL_BACK},
        {"no map", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", "- s.py\n"}}, "s.py", "expected a map", FELL_BACK},
        {"empty", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", ""}}, "s.py", "line 1: the file is empty", FELL_BACK},
        {"a list twice", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"a.py", ""}, {"strategy.yaml", "files: [a.py]\nfiles: [s.py]\n"}}, "s.py",
         "strategy.yaml: line 2: the key \"files\" stands twice: it is not used", FELL_BACK},
        {"two documents", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"a.py", ""}, {"strategy.yaml", "files: [a.py]\n---\nfiles: [s.py]\n"}}, "s.py",
         "a second document: expected one: it is not used", FELL_BACK},
        {"no files", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", "name: x\n"}}, "s.py", "files: there is no such key", FELL_BACK},
        {"no list", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", "files: s.py\n"}}, "s.py", "files: expected a list", FELL_BACK},
        {"an empty list", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", "files: []\n"}}, "s.py", "files: expected a path at least", FELL_BACK},
        {"keys of others, however they are written", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", "d: &d {a: 1, a: 2}\nmine:\n  <<: *d\n  b: 1\n? [x, y]\n: z\n"
                                          "files: [s.py]\nb: 1\nb: 2\n"}}, "s.py", NULL, LISTED},
        {"a merge key beside the list", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"a.py", ""}, {"strategy.yaml", "x: &x {files: [a.py]}\n<<: *x\nfiles: [s.py]\n"}}, "s.py",
         NULL, LISTED},
        {"a list that only a merge key brings", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"a.py", ""}, {"strategy.yaml", "x: &x {files: [a.py]}\n<<: *x\n"}}, "s.py",
         "no such key, and a merge key (\"<<\") is not followed: it is not used", FELL_BACK},
        {"a key twice in the list", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", "files:\n - s.py\n - {a: 1, a: 2}\n"}}, "s.py",
         "files: line 3: expected the path of a file", LISTED_IN_PART},
        {"one that leads nowhere", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"p", "-> gone"}, {"strategy.yaml", "files: [s.py, p]"}}, "s.py",
         "p: is a link that leads nowhere: left out", LISTED_IN_PART},
        {"itself a link that leads nowhere", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", "-> gone.yaml"}}, "s.py",
         "strategy.yaml: is a link that leads nowhere: it is not used", FELL_BACK},
        {"itself a link to itself", "s.py", CAPTURE_YAML,
         {{"s.py", ""}, {"strategy.yaml", "-> strategy.yaml"}}, "s.py",
         "strategy.yaml: is a link that leads nowhere: it is not used", FELL_BACK},
        {"itself a link out of the project", "s.py", CAPTURE_ENTRY_POINT,
         {{"s.py", ""}, {"strategy.yaml", "-> /etc/passwd"}}, "s.py", "leaves the project: it is not used", FELL_BACK},
        {"asked for and not there", "s.py", CAPTURE_YAML,
         {{"s.py", "import a"}, {"a.py", ""}}, "s.py", "there is no strategy.yaml beside s.py", FELL_BACK},
    };
    CHECK_ROWS(rows);
}
/* clang-format on */

static void a_fallback_is_told(void **state)
{
    (void)state;
    static const char *const files[][2] = {
        {".git/x",        ""             },
        {"s.py",          ""             },
        {"strategy.yaml", "files: [t.py]"},
        {NULL,            NULL           }
    };
    struct arena a = {0};
    const char *folder = project_make("project", files, &a);
    const struct capture_plan *plan = detect(folder, "s.py", CAPTURE_ENTRY_POINT, &a);
    assert_true(plan->is_fallback);
    assert_string_equal(plan->yaml, "strategy.yaml");
    assert_string_equal(plan->entry, "s.py");
    assert_string_equal(plan->root, folder);
    arena_done(&a);
}

static void the_root_is_the_nearest_project(void **state)
{
    (void)state;
    static const char *const files[][2] = {
        {"one/.git/HEAD",        ""                      },
        {"one/a.h",              ""                      },
        {"one/x/Makefile",       ""                      },
        {"one/x/s.c",            "#include \"../a.h\""   },
        {"one/y/pyproject.toml", ""                      },
        {"one/y/z/s.c",          "#include \"../../a.h\""},
        {NULL,                   NULL                    }
    };
    struct arena a = {0};
    const char *folder = project_make("project", files, &a);
    /* a Makefile of a part does not make it a project */
    const struct capture_plan *plan = detect(folder, "one/x/s.c", CAPTURE_INCLUDES, &a);
    assert_string_equal(project_paths(plan->files, plan->file_count, &a), "a.h x/s.c");
    plan = detect(folder, "one/y/z/s.c", CAPTURE_INCLUDES, &a);
    assert_string_equal(project_paths(plan->files, plan->file_count, &a), "z/s.c");
    /* the caller's root is above all of them */
    struct capture_settings s = {arena_format(&a, "%s/one/y/z/s.c", folder), CAPTURE_INCLUDES,
                                 folder};
    struct capture_plan all;
    capture_detect(&s, &a, &all);
    assert_string_equal(project_paths(all.files, all.file_count, &a), "one/a.h one/y/z/s.c");
    s.root = arena_format(&a, "%s/one/x", folder);
    capture_detect(&s, &a, &all);
    assert_int_equal(all.method, CAPTURE_FAILED);
    assert_non_null(strstr(all.warnings.v[0], "is not in the project"));
    arena_done(&a);
}

static void no_entry_file_fails_no_run(void **state)
{
    (void)state;
    struct arena a = {0};
    struct capture_plan plan;
    const char *const entries[] = {NULL, "", "/", ".", "..", "no/such/file.py"};
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        capture_detect(&(struct capture_settings){.entry = entries[i]}, &a, &plan);
        assert_int_equal(plan.method, CAPTURE_FAILED);
        assert_int_equal(plan.file_count, 0);
        assert_true(plan.warnings.n > 0);
    }
    arena_done(&a);
}

static void a_pipe_is_not_waited_for(void **state)
{
    (void)state;
    struct arena a = {0};
    static const char *const files[][2] = {
        {"s.py",          ""                   },
        {"strategy.yaml", "files: [s.py, pipe]"},
        {NULL,            NULL                 }
    };
    const char *folder = project_make("project", files, &a);
    assert_int_equal(mkfifo(arena_format(&a, "%s/pipe", folder), 0600), 0);
    const struct capture_plan *plan = detect(folder, "s.py", CAPTURE_ENTRY_POINT, &a);
    assert_int_equal(plan->file_count, 1);
    arena_done(&a);
}

/* The list may not be read, and the folder of an include not be entered. */
static void what_may_not_be_read_is_told(void **state)
{
    (void)state;
    struct arena a = {0};
    static const char *const files[][2] = {
        {"y/s.py",          ""                    },
        {"y/strategy.yaml", "files: [s.py]"       },
        {"s.c",             "#include \"d/a.h\"\n"},
        {"d/a.h",           ""                    },
        {NULL,              NULL                  }
    };
    const char *folder = project_make("project", files, &a);
    project_put(folder, ".git/HEAD", "");
    assert_int_equal(chmod(arena_format(&a, "%s/y/strategy.yaml", folder), 0), 0);
    assert_int_equal(chmod(arena_format(&a, "%s/d", folder), 0), 0);
    bool is_held = test_give_up_rights(folder);
    const struct capture_plan *listed = detect(folder, "y/s.py", CAPTURE_ENTRY_POINT, &a);
    const struct capture_plan *including = detect(folder, "s.c", CAPTURE_INCLUDES, &a);
    test_take_rights_back();
    chmod(arena_format(&a, "%s/d", folder), 0755);
    if (!is_held) {
        arena_done(&a);
        skip();
    }
    assert_int_equal(listed->method, CAPTURE_GIVEN);
    assert_non_null(strstr(listed->warnings.v[0], "Permission denied: it is not used"));
    assert_non_null(strstr(including->warnings.v[0],
                           "d/a.h: lies in a folder that may not be entered: left out"));
    arena_done(&a);
}

static void warnings_do_not_grow_without_end(void **state)
{
    (void)state;
    struct arena a = {0};
    static const char *const files[][2] = {
        {"s.c", ""  },
        {NULL,  NULL}
    };
    const char *folder = project_make("project", files, &a);
    struct text text = {0};
    for (int i = 0; i < 500; i++)
        text_printf(&text, "#include \"no%d.h\"\n", i);
    project_put(folder, "s.c", text.p);
    const struct capture_plan *plan = detect(folder, "s.c", CAPTURE_INCLUDES, &a);
    assert_int_equal(plan->warnings.n, 101);
    assert_string_equal(plan->warnings.v[100], "more warnings");
    text_done(&text);
    arena_done(&a);
}

static void places_stay_below_the_root(void **state)
{
    (void)state;
    static const struct {
        const char *from, *name, *place;
    } rows[] = {
        {"",    "a.py",       "a.py"    },
        {"a/b", "../c.py",    "a/c.py"  },
        {"a/b", "../../c.py", "c.py"    },
        {"a",   "./b//c.py",  "a/b/c.py"},
        {"a",   "../../c.py", NULL      },
        {"",    "..",         NULL      },
        {"",    ".",          NULL      },
        {"a",   "/a/c.py",    NULL      },
        {"a",   "",           NULL      },
        {"a",   "..",         NULL      },
    };
    struct arena a = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *place = capture_paths_join(rows[i].from, rows[i].name, &a);
        if (!rows[i].place)
            assert_null(place);
        else {
            assert_non_null(place);
            assert_string_equal(place, rows[i].place);
            assert_true(capture_paths_is_place(place));
        }
    }
    assert_null(capture_paths_below("/a/b", "/a/bc"));
    assert_string_equal(capture_paths_below("/", "/a"), "a");
    assert_false(capture_paths_is_place("a/../b"));
    assert_false(capture_paths_is_place("/a"));
    assert_false(capture_paths_is_place("a/"));
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_entry_file_only_is_the_default), TEST(includes_of_c_are_followed),
        TEST(c_is_read_as_compilers_do),          TEST(imports_of_python_are_followed),
        TEST(strategy_yaml_overrides_both),       TEST(a_fallback_is_told),
        TEST(the_root_is_the_nearest_project),    TEST(no_entry_file_fails_no_run),
        TEST(a_pipe_is_not_waited_for),           TEST(what_may_not_be_read_is_told),
        TEST(warnings_do_not_grow_without_end),   TEST(places_stay_below_the_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
