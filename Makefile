# cupel: make run | make check. Variants: make BUILD=debug|release|clang|asan|tsan|fuzz; V=1 shows commands.
BUILD ?= release
PREFIX ?= /usr/local
O := build/$(BUILD)
Q := $(if $(V),,@)

ifeq ($(origin CC),default)
CC := gcc
endif
CC.clang := clang
CC.fuzz := clang
COMPILER := $(or $(CC.$(BUILD)),$(CC))

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wformat=2 -Wundef -Werror
COMMON := -std=c17 -D_DEFAULT_SOURCE -I. -g -fno-omit-frame-pointer -ffp-contract=off
CFLAGS.release := -O2 -DNDEBUG -DCUPEL_JEMALLOC
# Of clang's own choice, version 5, Debian 12's valgrind reads nothing.
CFLAGS.clang := $(CFLAGS.release) -gdwarf-4 -fPIC
CFLAGS.debug := -O0 -DCUPEL_JEMALLOC
# Traces of calls need names and lines, no variables.
CFLAGS.asan := -O1 -g1 -fPIC -fno-semantic-interposition -fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS.tsan := -O1 -g1 -fPIC -fno-semantic-interposition -fsanitize=thread
CFLAGS.fuzz := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
ifeq ($(CFLAGS.$(BUILD)),)
$(error BUILD=$(BUILD): expected release, clang, debug, asan, tsan or fuzz)
endif
FLAGS := $(COMMON) $(CFLAGS.$(BUILD)) $(EXTRA_CFLAGS)

# pkg-config name for each library; empty until `make deps` has run, and only used after it.
PKGS := libcjson gsl sqlite3 libcrypto zlib libdw libelf yaml-0.1
JEMALLOC := $(if $(findstring CUPEL_JEMALLOC,$(FLAGS)),-ljemalloc)
LIBS = $(JEMALLOC) $(asked_libs) -lpfm -ldl -lm
CMOCKA = $(asked_cmocka)
# Asked once, at the first link.
asked_libs = $(eval asked_libs := $(shell pkg-config --libs $(PKGS)))$(asked_libs)
asked_cmocka = $(eval asked_cmocka := $(shell pkg-config --libs cmocka))$(asked_cmocka)
COMMIT := $(shell git describe --always --dirty=+dirty --abbrev=12 2>/dev/null || echo unknown)

sources = $(sort $(shell find $(1) -name '*.c' 2>/dev/null))
MAINS := harness/cmd/main.c
SPAWNER_SRC := harness/run/spawner.c
LIB_SRC := $(filter-out $(MAINS) $(SPAWNER_SRC),$(call sources,kernels harness))
REPORT_SRC := $(call sources,reports)
TEST_MAINS := $(sort $(shell find tests -name 'test_*.c'))
FUZZER_SRC := tests/fuzz/libfuzzer.c
TEST_SRC := $(filter-out tests/plugin/% tests/profile/victim/% $(FUZZER_SRC),$(call sources,tests))
PLUGIN_SRC := $(call sources,tests/plugin tests/profile/victim)
BENCH_MAINS := $(sort $(shell find tests -name 'bench_*.c'))
TESTS := $(patsubst %.c,$O/%,$(TEST_MAINS))
KERNEL_SRC := $(call sources,kernels) $(call sources,harness/base)
PROGRAMS := $O/cupel $(if $(REPORT_SRC),$O/cupel-report) $O/libcupel-kernels.so
objects = $(patsubst %.c,$O/%.o,$(1))
# What the shared library holds is compiled apart, so that code for it does not slow the programs down; where nobody
# measures, everything is code for both.
SHARED_PARTS := $(if $(filter -fPIC,$(CFLAGS.$(BUILD))),$(call objects,$(KERNEL_SRC)),$(KERNEL_SRC:%.c=$O/pic/%.o))
REPORT_PARTS := $(call objects,$(filter-out reports/main.c,$(REPORT_SRC)))
HEADERS := $(sort $(shell find kernels harness reports tests -name '*.h' 2>/dev/null))

.PHONY: all run check build tests deps check-deps ci-deps install clean format format-check hdr-check \
	includes-check lint static-checks headline verify-full campaign-layers campaign-kernel ladder \
	compare-peers first-result expects gate-table gate-campaign gate-series gate-replays change-table \
	stats-reference kill-test bench-indicators \
	bench-accounting bench-prices screenshots FORCE
.SECONDARY:

run: deps
	$(Q)$(MAKE) --no-print-directory headline

check: deps check-deps
	$(Q)$(MAKE) --no-print-directory tests

all: build
build: $(PROGRAMS)

# ---- building ----------------------------------------------------------------------------------
$O/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(Q)$(COMPILER) $(WARN) $(FLAGS) -MMD -MP -c -o $@ $<

$O/pic/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(Q)$(COMPILER) $(WARN) $(FLAGS) -fPIC -MMD -MP -c -o $@ $<

$O/harness/base/version.o: FLAGS += -DCUPEL_COMMIT='"$(COMMIT)"' \
	-DCUPEL_FLAGS='"$(strip $(COMMON) $(CFLAGS.$(BUILD)) $(EXTRA_CFLAGS))"'
$O/pic/harness/base/version.o: FLAGS += -DCUPEL_COMMIT='"$(COMMIT)"' -DCUPEL_FLAGS='"plugin"'
$O/harness/base/version.o $O/pic/harness/base/version.o: $O/commit

$O/commit: FORCE
	@mkdir -p $(@D)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' > $@

# What the numbers of a stored result depend on besides data and settings: the SHA-256 of these files,
# one after another in byte order of their paths. bt_code_hash() tells its first 16 digits.
CODE := $(sort $(wildcard kernels/backtest/strategy_*.c kernels/backtest/numerics/*.[ch]) \
	kernels/backtest/base_numbers.c kernels/numerics/cpu.c kernels/numerics/cpu.h)
CODE_HASH := $(shell cat $(CODE) | sha256sum | cut -c1-16)
$O/kernels/backtest/code_hash.o $O/pic/kernels/backtest/code_hash.o: \
	FLAGS += -DCUPEL_CODE_HASH='"$(CODE_HASH)"'
$O/kernels/backtest/code_hash.o $O/pic/kernels/backtest/code_hash.o: $O/code-hash

$O/code-hash: FORCE
	@mkdir -p $(@D)
	@echo '$(CODE_HASH)' | cmp -s - $@ || echo '$(CODE_HASH)' > $@

# The program that starts commands stands inside cupel. Small and static, whatever the build: what it
# holds is what every command's peak memory would start from.
$O/spawner: $(SPAWNER_SRC) harness/run/spawner.h Makefile
	@mkdir -p $(@D)
	$(Q)$(COMPILER) $(WARN) -std=c17 -D_DEFAULT_SOURCE -I. -O2 -static -s -o $@ $<

$O/harness/run/spawner_image.o: FLAGS += -DCUPEL_SPAWNER='"$O/spawner"'
$O/harness/run/spawner_image.o: $O/spawner
$O/reports/style.o: reports/page.css reports/page.js

# Style sheets and scripts of pictures stand inside the program too.
$O/harness/flame/flame_assets.o: $(wildcard harness/flame/*.css harness/flame/*.js)
# A compiler cache does not see that.
$O/harness/run/spawner_image.o $O/reports/style.o $O/harness/flame/flame_assets.o: export CCACHE_DISABLE := 1

# A new or removed source file must remake the archive: its list is a file that changes with it.
$O/sources: FORCE
	@mkdir -p $(@D)
	@echo '$(LIB_SRC)' | cmp -s - $@ || echo '$(LIB_SRC)' > $@

$O/libcupel.a: $(call objects,$(LIB_SRC)) $O/sources
	$(Q)rm -f $@ && ar rcs $@ $(filter %.o,$^)

$O/cupel: $(call objects,$(MAINS)) $O/libcupel.a
	$(Q)$(COMPILER) $(FLAGS) -rdynamic -o $@ $^ $(LIBS)

$O/cupel-report: $(call objects,$(REPORT_SRC)) $O/libcupel.a
	$(Q)$(COMPILER) $(FLAGS) -o $@ $^ $(LIBS)

$O/libcupel-kernels.so: $(SHARED_PARTS)
	$(Q)$(COMPILER) $(FLAGS) -shared -Wl,-Bsymbolic -Wl,-soname,libcupel-kernels.so.1 -o $@ $^ \
		$(filter-out -ldw -lelf,$(LIBS))

# ---- the main job ------------------------------------------------------------------------------
# make run             the headline scenario on the synthetic default bundle
# make run DATA=F.csv  the same on your own bars
RUN_BUNDLE := build/data/$(if $(DATA),user,synth-mag7-1)
RUN_RESULT := build/headline.jsonl
RUN_REPORT := build/report

headline: build
	@rm -rf build/data/user $(RUN_RESULT)
	@mkdir -p build/data
ifneq ($(DATA),)
	$O/cupel data import "$(DATA)" --out $(RUN_BUNDLE)
else
	@test -e $(RUN_BUNDLE)/manifest.json || $O/cupel data synth --preset mag7 --seed 1 --out $(RUN_BUNDLE)
endif
	$O/cupel run scenarios/headline.json --set bundle=$(RUN_BUNDLE) --out $(RUN_RESULT)
	$O/cupel report $(RUN_RESULT) --out $(RUN_REPORT)

# ---- the long measurements ---------------------------------------------------------------------
# make campaign-layers    what every layer is worth and where it pays: an hour, on a machine left alone.
# Scenarios one after the other, each to results/layers/NAME.jsonl; what is there and whole is skipped,
# so that a campaign that was interrupted goes on. Then one report of all.
CAMPAIGN := layers-micro scale limits batch-sizes memory workers layers-production scale-long layers-10000
CAMPAIGN_DIR := results/layers
CAMPAIGN_OPTIONS :=

campaign-layers: build
	@mkdir -p $(CAMPAIGN_DIR)
	$(Q)for name in $(CAMPAIGN); do \
		file=$(CAMPAIGN_DIR)/$$name.jsonl; \
		if tail -n 1 $$file 2>/dev/null | grep -q '"complete":true'; then \
			echo "$$name: done before"; continue; fi; \
		rm -f $$file; echo "== $$name"; \
		$O/cupel run scenarios/$$name.json $(CAMPAIGN_OPTIONS) --out $$file || exit $$?; done
	$O/cupel report $(CAMPAIGN:%=$(CAMPAIGN_DIR)/%.jsonl) --out $(CAMPAIGN_DIR)/report

# make campaign-straddles, make campaign-capture    the same of option straddles, and of which code is kept with a run:
# ten minutes each, to results/straddles and results/capture.
STRADDLES := experiments matrix locality batch full
CAPTURES := modes grid scaling
.PHONY: campaign-straddles campaign-capture
campaign-straddles:
	$(Q)$(MAKE) --no-print-directory campaign-layers CAMPAIGN="$(STRADDLES:%=straddle-%)" CAMPAIGN_DIR=results/straddles
campaign-capture:
	$(Q)$(MAKE) --no-print-directory campaign-layers CAMPAIGN="$(CAPTURES:%=capture-%)" CAMPAIGN_DIR=results/capture

# make characterise EFFORT=normal    every figure of the document of characteristics (quick: minutes, normal: tens of
# minutes, full: hours), and the document. Interrupted, it goes on. CHARACTERISE_OPTIONS="--only scaling" some of it.
EFFORT := normal
CHARACTERISE_OPTIONS :=

.PHONY: characterise
characterise: build
	$O/cupel characterise --effort $(EFFORT) $(CHARACTERISE_OPTIONS)

# make straddle-data      what straddles are valued from: build/data/straddles-synth-1 made of a seed, and
# build/data/straddles-real where the real files are. What is there stays.
STRADDLE_PRICES := blocks,sqlite
STRADDLE_REAL = $(if $(wildcard $(DATA_DIR)/straddles_all.csv.gz),real)

.PHONY: straddle-data
straddle-data: build
	@mkdir -p build/data
	@test -e build/data/straddles-synth-1/manifest.json || \
		$O/cupel data straddles --seed 1 --prices $(STRADDLE_PRICES) --out build/data/straddles-synth-1
	$(if $(STRADDLE_REAL),@test -e build/data/straddles-real/manifest.json || \
		$O/cupel data straddles --real $(DATA_DIR) --prices $(STRADDLE_PRICES) \
			--out build/data/straddles-real,@echo "no $(DATA_DIR)/straddles_all.csv.gz: no real one")

# make campaign-kernel    how fast the kernel is: the workloads W1..W6 and growth over four decades, a quarter
# of an hour. On the files of $CUPEL_DATA (or ../shared/data) where they are there, else on synthetic bundles.
# make ladder             W1 alone, and its picture.
DATA_DIR := $(or $(CUPEL_DATA),../shared/data)
KERNEL_CAMPAIGN := w1:mag7_daily.csv w2:mag7_daily.csv w3:mag7_daily.csv w4:mag7_daily.csv \
	w5:sp500_daily.csv.gz w6:intraday.csv linear:intraday.csv
KERNEL_DIR := results/kernel
KERNEL_OPTIONS :=

campaign-kernel: build
	@mkdir -p $(KERNEL_DIR) build/data
	$(Q)set --; for row in $(KERNEL_CAMPAIGN); do \
		name=$${row%%:*} csv=$(DATA_DIR)/$${row#*:} file=$(KERNEL_DIR)/$${row%%:*}.jsonl bundle=; \
		set -- "$$@" $$file; \
		if tail -n 1 $$file 2>/dev/null | grep -q '"complete":true'; then \
			echo "$$name: done before"; continue; fi; \
		if [ -e "$$csv" ]; then \
			bundle=build/data/$${row#*:}; bundle=$${bundle%%.csv*}; \
			[ -e $$bundle/manifest.json ] || \
				$O/cupel data import "$$csv" --out $$bundle || exit $$?; fi; \
		rm -f $$file; echo "== $$name"; \
		$O/cupel run scenarios/$$name.json $${bundle:+--set bundle=$$bundle} $(KERNEL_OPTIONS) \
			--out $$file || exit $$?; done; \
	$O/cupel report "$$@" --out $(KERNEL_DIR)/report

ladder:
	$(Q)$(MAKE) --no-print-directory campaign-kernel KERNEL_CAMPAIGN=w1:mag7_daily.csv
	@cp $(KERNEL_DIR)/report/ladder-*-w1.svg $(KERNEL_DIR)/ladder.svg && echo $(KERNEL_DIR)/ladder.svg

# make compare-peers    W1 by cupel and by vectorbt and backtesting.py, where python3 has them, by turns.
# make first-result     from the start of `cupel sweep` to the first row of W1.
PEERS_CSV := $(or $(DATA),$(DATA_DIR)/mag7_daily.csv)
compare-peers: build
	@tests/peers/compare_peers.py --cupel $O/cupel --csv "$(PEERS_CSV)" $(PEERS_OPTIONS)

first-result: build
	@mkdir -p build/data
	@test -e build/data/synth-mag7-1/manifest.json || $O/cupel data synth --preset mag7 --seed 1 --out build/data/synth-mag7-1
	@tests/peers/first_result.py $O/cupel build/data/synth-mag7-1

# make expects    puts the digests that scenarios expect into them, computed anew by one run of each scale:
# a minute. For changes that change results on purpose. Over the files of $CUPEL_DATA too, where they are.
expects: build
	@mkdir -p build/data
	$(Q)tests/plan/digests.py $O/cupel --data "$(DATA_DIR)" $(KERNEL_CAMPAIGN) >build/expects.jsonl
	$(Q)tests/plan/put_expect.py build/expects.jsonl

# ---- installing --------------------------------------------------------------------------------
# Public headers: what a plugin includes. pkg-config --cflags cupel names their folder.
PUBLIC_HEADERS := kernels/kernel.h $(addprefix harness/base/,arena.h err.h mem.h opt.h str.h) \
	$(addprefix kernels/backtest/,strategy.h bars.h numerics/cross.h numerics/words.h)
VERSION = $(shell sed -n 's/.*CUPEL_VERSION "\(.*\)"/\1/p' harness/base/version.h)

install: TO = $(DESTDIR)$(abspath $(PREFIX))
install: build
	install -d "$(TO)/bin" "$(TO)/lib/pkgconfig" "$(TO)/share/man/man1" \
		"$(TO)/share/cupel/scenarios/characteristics"
	install -m 755 $O/cupel $O/cupel-report "$(TO)/bin"
	install -m 755 $O/libcupel-kernels.so "$(TO)/lib/libcupel-kernels.so.1"
	ln -sf libcupel-kernels.so.1 "$(TO)/lib/libcupel-kernels.so"
	for h in $(PUBLIC_HEADERS); do \
		install -D -m 644 $$h "$(TO)/include/cupel/$$h" || exit 1; done
	install -m 644 scenarios/*.json "$(TO)/share/cupel/scenarios"
	install -m 644 scenarios/characteristics/*.json "$(TO)/share/cupel/scenarios/characteristics"
	install -m 644 results/schema.json results/baseline.schema.json results/summary-schema.json \
		"$(TO)/share/cupel"
	$O/cupel help --man > "$(TO)/share/man/man1/cupel.1"
	printf '%s\n' 'prefix=$(abspath $(PREFIX))' 'Name: cupel' \
		'Description: benchmark kernels, and the header to write one' 'Version: $(VERSION)' \
		'Cflags: -I$${prefix}/include/cupel' 'Libs: -L$${prefix}/lib -lcupel-kernels' \
		> "$(TO)/lib/pkgconfig/cupel.pc"

# ---- tests -------------------------------------------------------------------------------------
# A test takes out of the archives what it uses. Some two hundred are linked: by whichever linker is quickest here.
HELPER_SRC := $(filter-out $(TEST_MAINS) $(BENCH_MAINS),$(TEST_SRC))
FUZZ_PARTS := $(call objects,$(filter tests/fuzz/%,$(HELPER_SRC)))
LINKER := $(if $(shell command -v ld.lld),-fuse-ld=lld,$(if $(shell command -v ld.gold),-fuse-ld=gold))
link_test = $(COMPILER) $(FLAGS) $(LINKER) -rdynamic -o $@ $^ $(LIBS) $(CMOCKA)

$O/tests/%: $O/tests/%.o $O/libtests.a $O/libcupel.a
	$(Q)$(link_test)

$O/tests/reports/%: $O/tests/reports/%.o $O/libtests.a $O/libreports.a $O/libcupel.a
	$(Q)$(link_test)

$O/tests/fuzz/%: $O/tests/fuzz/%.o $(FUZZ_PARTS) $O/libtests.a $O/libcupel.a
	$(Q)$(link_test)

$O/tests/browser/%: $O/tests/browser/%.o $O/libbrowser.a $O/libtests.a $O/libcupel.a
	$(Q)$(link_test) $(shell pkg-config --libs libcurl)

$O/libreports.a: $(REPORT_PARTS)
$O/libbrowser.a: $(call objects,$(filter tests/browser/%,$(HELPER_SRC)))
$O/libtests.a: $(call objects,$(filter-out tests/browser/% tests/fuzz/%,$(HELPER_SRC)))
$O/libreports.a $O/libbrowser.a $O/libtests.a:
	$(Q)rm -f $@ && ar rcs $@ $^

# Plugins see the installed headers and nothing else.
PLUGINS := $(addprefix $O/tests/plugin/,lcg.so layered.so slow15.so slow200.so stages.so stages100.so $(patsubst %,broken-%.so,abi symbol null step \
	size refuse crash results once release exit leak loop stuck) strategy-channel.so strategy-edited.so \
	$(patsubst %,no-strategy-%.so,abi symbol null signal params reserved kind window asks value unwritten crash loop))
PLUGIN_HEADERS := $(addprefix $O/include/,$(PUBLIC_HEADERS))
PLUGIN_CC = $(COMPILER) $(WARN) -std=c17 -O2 -g -I$O/include -shared -fPIC -Wl,-Bsymbolic

$(PLUGIN_HEADERS): $O/include/%: %
	@install -D -m 644 $< $@

$O/tests/plugin/lcg.so $O/tests/plugin/layered.so: $O/tests/plugin/%.so: tests/plugin/%.c $(PLUGIN_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(PLUGIN_CC) -o $@ $<

$O/tests/plugin/slow%.so: tests/plugin/lcg.c $(PLUGIN_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(PLUGIN_CC) -DEXTRA=$* -o $@ $<

$O/tests/plugin/stages%.so: tests/plugin/stages.c $(PLUGIN_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(PLUGIN_CC) -fno-omit-frame-pointer -DEXTRA=$* -o $@ $<

$O/tests/plugin/stages.so: tests/plugin/stages.c $(PLUGIN_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(PLUGIN_CC) -fno-omit-frame-pointer -o $@ $<

$O/tests/plugin/strategy-channel.so: tests/plugin/strategy_channel.c $(PLUGIN_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(PLUGIN_CC) -o $@ $<

$O/tests/plugin/strategy-edited.so: tests/plugin/strategy_channel.c $(PLUGIN_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(PLUGIN_CC) -DEDITED=1 -o $@ $<

$O/tests/plugin/no-strategy-%.so: tests/plugin/broken_strategy.c $(PLUGIN_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(PLUGIN_CC) -DBROKEN_$* -o $@ $<

$O/tests/plugin/broken-%.so: tests/plugin/broken.c $(PLUGIN_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(PLUGIN_CC) -DBROKEN_$* -o $@ $<

# What the sampler's tests sample: without sanitisers, by whatever compilers are here.
VICTIMS := $(addprefix $O/tests/profile/victim/,gcc stripped $(if $(shell command -v clang),clang))
VICTIM_FLAGS := $(WARN) -std=c17 -D_DEFAULT_SOURCE -O2 -g -fno-omit-frame-pointer -pthread

$O/tests/profile/victim/stripped: $O/tests/profile/victim/gcc
	$(Q)strip -o $@ $<
$O/tests/profile/victim/%: tests/profile/victim/victim.c
	@mkdir -p $(@D)
	$(Q)$* $(VICTIM_FLAGS) -o $@ $<

# NAMES="pool cache": those whose path holds one of them; EXCEPT="test_replay": without these. JOBS=1: one after the other.
holding = $(foreach t,$2,$(if $(strip $(foreach n,$1,$(findstring $n,$t))),$t))
NAMED := $(if $(NAMES),$(call holding,$(NAMES),$(TESTS)),$(TESTS))
SELECTED := $(filter-out $(call holding,$(EXCEPT),$(NAMED)),$(NAMED))
tests: build $(SELECTED) $(PLUGINS) $(VICTIMS)
	$(Q)EXCEPT="$(EXCEPT)" tests/run.sh $O $(NAMES)

# Every set of layers in every state: hours. Ctrl-C ends it and says how far it came.
# make verify-full LAST=400    over the last 400 bars only
LAST ?= 0
SHM := $(wildcard /dev/shm)
CSV := $(or $(CUPEL_DATA),../shared/data)/mag7_daily.csv
VERIFY_BUNDLE := build/data/$(if $(wildcard $(CSV)),mag7,synth-mag7-1)
$(VERIFY_BUNDLE)/manifest.json: | build
	@mkdir -p build/data
	$O/cupel data $(if $(wildcard $(CSV)),import "$(CSV)",synth --preset mag7 --seed 1) --out $(VERIFY_BUNDLE)

verify-full: build $(VERIFY_BUNDLE)/manifest.json
	$O/cupel verify --full --bundle $(VERIFY_BUNDLE) --last $(LAST) $(if $(SHM),--work $(SHM))
	$O/cupel verify --kernel straddle --set world=synth:1 --set asset='^(LA|CL|NG)' --set from_year=2024 \
		--set to_year=2024 --vary workers=1,2,3 --vary order=clustered,shuffled --vary cache_entries=0,1,100

# make fuzz [FUZZ_SECONDS=600] [TARGETS="amt chain"]    parsers over bytes that libFuzzer thinks of (clang), one
# after the other for so long; the list is in tests/fuzz/fuzz.h. What it learns stays in build/fuzz/corpus, what
# it finds in build/fuzz/found; stops at the first.
FUZZ_SECONDS := 600
FUZZ_TARGETS := $(shell sed -n 's/^    X(\([a-z_]*\)).*/\1/p' tests/fuzz/fuzz.h)
TARGETS := $(FUZZ_TARGETS)
FUZZED_SRC := $(call sources,kernels/store kernels/cache kernels/straddle kernels/capture harness/base)

.PHONY: fuzz fuzz-run
fuzz:
	$(Q)$(MAKE) --no-print-directory BUILD=fuzz fuzz-run

fuzz-run: $(patsubst %,$O/fuzz_%,$(TARGETS))
	@mkdir -p $O/found
	$(Q)for name in $(TARGETS); do \
		mkdir -p $O/corpus/$$name; dict=tests/fuzz/$$name.dict; echo "== $$name"; \
		$O/fuzz_$$name -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -max_len=4096 \
			-print_final_stats=1 -artifact_prefix=$O/found/$$name- $$([ -e $$dict ] && echo -dict=$$dict) \
			$O/corpus/$$name tests/fuzz/corpus/$$name >$O/$$name.log 2>&1 || \
			{ tail -n 40 $O/$$name.log; exit 1; }; \
		grep -E '^(Done|stat::(number|average|slowest))' $O/$$name.log; done

$O/libfuzzed.a: $(call objects,$(FUZZED_SRC))
	$(Q)rm -f $@ && ar rcs $@ $^

$O/fuzz_%: $(FUZZER_SRC) $O/tests/fuzz/fuzz.o $O/tests/fuzz/fuzz_%.o $O/libfuzzed.a
	$(Q)$(COMPILER) $(WARN) $(FLAGS) -fsanitize=fuzzer -DFUZZ_TARGET=fuzz_$* -o $@ $^ $(LIBS)

# Sweeps killed with SIGKILL at random moments and resumed: make kill-test [KILLS=200] [SEED=N].
KILLS ?= 200
kill-test: build
	@tests/kill.sh $O $(KILLS) $(SEED)

# The error rates in harness/gate/README.md, simulated again (seeded: the same figures).
gate-table: $O/tests/gate/test_verdict
	@$< --table

# make gate-campaign    how often the gate is right about slowdowns that are known: hours, resumable (run it
# again). CELLS=spin/quiet,files/bursty some of it; HOURS=0.5 for so long; HOURS=0 only sums up.
GATE_CAMPAIGN := results/gate-campaign
gate-campaign: $O/tests/gate/bench_campaign $O/cupel
	@$< --cupel $O/cupel --raw $(GATE_CAMPAIGN).jsonl --summary $(GATE_CAMPAIGN).json \
		$(if $(CELLS),--cells $(CELLS)) $(if $(HOURS),--hours $(HOURS)) $(GATE_OPTIONS)

# make gate-series    records anew what the replay tests resample: ten minutes, on a machine left alone.
SERIES := spin/quiet stream/quiet files/quiet spin/bursty
SERIES_PAIRS := 400
gate-series: $O/tests/gate/bench_series $O/cupel
	$(Q)for cell in $(SERIES); do echo "== $$cell"; \
		$< $O/cupel $$cell $(SERIES_PAIRS) tests/data/gate/$$(echo $$cell | tr / -).csv.gz || exit $$?; done

# What comes of them, for each design (README of tests/data/gate).
gate-replays: $O/tests/gate/test_replay
	@$< --table

# How often change points are told falsely, and found: the table in harness/stats/README.md (seeded, two minutes).
change-table: $O/tests/stats/test_change_rates
	@$< --table

# ns a bar-backtest of each way of accounting, by turnover, and of the kernels of W1 and W3 beside a whole
# step: a minute, on a machine left alone.
bench-accounting: build $O/tests/backtest/bench_accounting $O/tests/backtest/bench_workloads $(VERIFY_BUNDLE)/manifest.json
	@$O/tests/backtest/bench_accounting
	@$O/tests/backtest/bench_workloads $(VERIFY_BUNDLE)

# Reference values of the statistics, from R (apt-get install --no-install-recommends r-base-core).
# The result is committed: R is needed to change the cases, not to run the tests.
stats-reference:
	$(Q)Rscript --vanilla tests/stats/reference.R > $O/reference.csv
	$(Q)mv $O/reference.csv tests/stats/reference.csv

# make screenshots    pictures of pages for documents, light and dark: results/pictures/NAME-light.png. NAME=headline
# is the report of results/headline; PAGE=FILE any other page, LOOK='script' what to do in it first.
# The README's flame graphs: cupel profile characteristics/profile --side none --side all --samples 8000 --out DIR;
# make screenshots NAME=flame PAGE=DIR/production-all.html
PICTURES := results/pictures
NAME := headline
PAGE :=
LOOK :=
SHOT = $O/tests/browser/bench_pictures $(or $(PAGE),build/pictures/index.html) $(PICTURES)/$(NAME)
screenshots: build $O/tests/browser/bench_pictures
	@mkdir -p $(PICTURES)
	$(if $(PAGE),,@$O/cupel report results/headline/headline.jsonl --out build/pictures >/dev/null)
	$(Q)for scheme in light dark; do $(SHOT)-$$scheme.png $$scheme 1280 860 "$(LOOK)" || exit 1; done
	@ls -l $(PICTURES)/$(NAME)-*.png

# ---- benches that are no tests -------------------------------------------------------------------
# make bench-capture [FOLDER=/dev/shm/x]    what it takes to find a run's files and to keep them; the folder is made
# and removed.
.PHONY: bench-capture
bench-capture: $O/tests/capture/bench_capture
	@$< "$(FOLDER)"

# make bench-indicators [TALIB=/path/to/libta_lib.so]    what an indicator costs, beside TA-Lib
ROUNDS ?= 200
bench-indicators: $O/tests/backtest/bench_indicators
	@$< "$(TALIB)" $(ROUNDS)

# make bench-valuation    what a straddle costs to value, by one lane and by four.
.PHONY: bench-valuation
bench-valuation: $O/tests/straddle/bench_valuation
	@$< $(ROUNDS)

# make bench-prices [TICKERS=4646] [DAYS=1800]    look-ups of prices in SQLite, blocks and Parquet
TICKERS := 4646
DAYS := 1800
bench-prices: $O/tests/straddle/bench_prices
	@mkdir -p build/data/bench-prices
	@$< build/data/bench-prices $(TICKERS) $(DAYS)

# ---- static checks -----------------------------------------------------------------------------
static-checks: includes-check hdr-check format-check

includes-check:
	$(Q)tests/check_includes.sh

hdr-check: $(patsubst %.h,$O/hdr/%.ok,$(HEADERS))
$O/hdr/%.ok: %.h Makefile
	@mkdir -p $(@D)
	$(Q)$(COMPILER) $(WARN) $(FLAGS) -fsyntax-only -include $< -x c /dev/null && touch $@

C_FILES := $(HEADERS) $(LIB_SRC) $(MAINS) $(SPAWNER_SRC) $(REPORT_SRC) $(TEST_SRC) $(PLUGIN_SRC) $(FUZZER_SRC)
format:
	$(Q)clang-format -i $(C_FILES)
format-check:
	$(Q)clang-format --dry-run -Werror $(C_FILES)
# A file is looked at again when it, or what it includes, has changed.
# LINT_NODES: how far the analyser follows a function; CI goes less far, in a fourth of the time.
LINT_NODES := 225000
LINT := build/lint/$(LINT_NODES)
LINTED := $(patsubst %.c,$(LINT)/%.ok,$(LIB_SRC) $(MAINS) $(SPAWNER_SRC) $(REPORT_SRC))
lint: $(LINTED)
$(LINT)/%.ok: %.c .clang-tidy Makefile
	@mkdir -p $(@D)
	$(Q)clang-tidy --quiet $< -- -Xclang -analyzer-config -Xclang max-nodes=$(LINT_NODES) $(COMMON) \
		-DCUPEL_JEMALLOC -DCUPEL_COMMIT='""' -DCUPEL_FLAGS='""' -DCUPEL_CODE_HASH='""' -DCUPEL_SPAWNER='""'
	@$(CC) $(COMMON) -MM -MP -MT $@ -MF $(@:.ok=.d) $< && touch $@

clean:
	rm -rf build

# ---- packages ----------------------------------------------------------------------------------
# One row a need: a shell test, then the Debian package that satisfies it.
define NEEDS
command -v gcc|gcc libc6-dev
command -v pkg-config|pkg-config
command -v gnuplot|gnuplot-nox
command -v xmllint|libxml2-utils
pkg-config --exists libcjson|libcjson-dev
pkg-config --exists gsl|libgsl-dev
pkg-config --exists sqlite3|libsqlite3-dev
pkg-config --exists libcrypto|libssl-dev
pkg-config --exists zlib|zlib1g-dev
pkg-config --exists libdw|libdw-dev
pkg-config --exists yaml-0.1|libyaml-dev
pkg-config --exists libarchive|libarchive-dev
pkg-config --exists jemalloc|libjemalloc-dev
pkg-config --exists cmocka|libcmocka-dev
test -f /usr/include/uthash.h|uthash-dev
test -f /usr/include/perfmon/pfmlib.h|libpfm4-dev
test -f /usr/include/valgrind/callgrind.h|valgrind
/usr/bin/python3 -c 'import jsonschema'|python3-jsonschema
endef
# What the tests need besides, of which the browser is 400 MB once installed.
define CHECK_NEEDS
command -v chromium|chromium
command -v chromedriver|chromium-driver
pkg-config --exists libcurl|libcurl4-openssl-dev
endef
# What .ci/run needs besides: other compilers' builds and the static checks.
define CI_NEEDS
command -v clang|clang
command -v ccache|ccache
command -v clang-format|clang-format
command -v clang-tidy|clang-tidy
test -e /usr/share/doc/libasan8|libasan8
test -e /usr/share/doc/libubsan1|libubsan1
test -e /usr/share/doc/libtsan2|libtsan2
command -v protoc|protobuf-compiler
endef
export NEEDS CHECK_NEEDS CI_NEEDS

deps:
	@printf '%s\n' "$$NEEDS" | tests/deps.sh
check-deps:
	@printf '%s\n' "$$CHECK_NEEDS" | tests/deps.sh
ci-deps: deps check-deps
	@printf '%s\n' "$$CI_NEEDS" | tests/deps.sh

# make deps-duckdb    what prices in Parquet files need: libduckdb.so, to build/duckdb, where cupel looks for it. Of
# the packages of DuckDB's binding for node the one that holds the plain library, which exports the C API.
DUCKDB_VERSION := 1.5.5-r.5
DUCKDB_PACKAGE = @duckdb/node-bindings-linux-$(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x64)
.PHONY: deps-duckdb
deps-duckdb: build/duckdb/$(DUCKDB_VERSION)/libduckdb.so
	$(Q)ln -sf $(DUCKDB_VERSION)/libduckdb.so build/duckdb/libduckdb.so
	@echo "build/duckdb/libduckdb.so: DuckDB $(DUCKDB_VERSION); elsewhere: CUPEL_DUCKDB=$(abspath build/duckdb/libduckdb.so)"

build/duckdb/%/libduckdb.so:
	@command -v npm >/dev/null || { echo "deps-duckdb: npm is needed (apt-get install npm)" >&2; exit 2; }
	@rm -rf $(@D) && mkdir -p $(@D)
	$(Q)cd $(@D) && npm pack --silent $(DUCKDB_PACKAGE)@$* >/dev/null && tar xzf *.tgz --strip-components=1 \
		package/libduckdb.so package/LICENSE && rm -f *.tgz
	@touch $@

-include $(shell find $O $(LINT) -name '*.d' 2>/dev/null)
