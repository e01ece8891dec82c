#include "tests/backtest/market.h"
#include "tests/test.h"
static void nothing(void **state) { (void)state; puts(market_mag7()); }
int main(void) { const struct CMUnitTest tests[] = {TEST(nothing)}; return cmocka_run_group_tests_name("x", tests, NULL, NULL); }
