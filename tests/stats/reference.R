# Reference values for the tests of harness/stats, computed by R. Run: make stats-reference
# Rows: what,set,arg,value. Data sets come first (what = "data"): tests read the numbers from here,
# so that both sides start from the same decimals.
rows <- character()
put <- function(what, set, arg, value)
    rows <<- c(rows, sprintf("%s,%s,%s,%s", what, set, format(arg, digits = 15),
                             formatC(value, digits = 17, format = "g", width = 1)))
put_data <- function(set, v) for (i in seq_along(v)) put("data", set, i - 1, v[i])

# ---- data: quantised as a clock does, but without ties where the exact tests need none
set.seed(20240607)
pairs <- list()
for (n in c(6, 10, 15, 20, 40, 60, 120, 200)) {
    drift <- as.numeric(arima.sim(list(ar = 0.8), n, sd = 0.05))
    base <- round(100 * exp(drift + rnorm(n, 0, 0.03)), 6)
    new <- round(104 * exp(drift + rnorm(n, 0, 0.04) + ifelse(runif(n) < 0.1, rexp(n, 4), 0)), 6)
    pairs[[paste0("n", n)]] <- list(base = base, new = new)
}
samples <- list(one_to_five = c(1, 2, 3, 4, 5), even = c(4, 1, 3, 2), spiked = c(9.9, 10, 10.1, 10.2, 9.8, 30),
                negative = c(-3.5, 2.25, -1.125, 8, 0.5, -7, 1e-3), large = 1e9 + c(1, 2, 4, 8, 16, 32))
tied <- list(halves = c(1, -1, 2, 2, -3, 0.5, 0.5, 0, 4, 0, 5), equal = c(1, 1, 1, 1, -1),
             mixed = c(-2, -2, 3, 3, 3, -1, 1, 0, 6, -6, 7, 8))
for (s in names(pairs)) {
    put_data(paste0(s, ".base"), pairs[[s]]$base)
    put_data(paste0(s, ".new"), pairs[[s]]$new)
}
for (s in names(samples)) put_data(s, samples[[s]])
for (s in names(tied)) put_data(s, tied[[s]])

# ---- the distribution of the signed-rank statistic
for (n in c(1:12, 14, 15, 20, 25, 28, 30, 40, 50, 53, 54, 60, 85, 100, 120, 150, 200)) {
    max <- n * (n + 1) / 2
    for (q in unique(floor(max * c(0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1))))
        put("psignrank", n, q, psignrank(q, n))
    for (p in c(1e-5, 1e-4, 5e-4, 1e-3, 0.0025, 0.005, 0.01, 0.02, 0.025, 0.05, 0.1, 0.2))
        put("qsignrank", n, p, qsignrank(p, n))
}

# ---- comparison of pairs
put_t <- function(what, set, t, difference) {
    put(paste0(what, ".t"), set, 0, t$statistic)
    put(paste0(what, ".df"), set, 0, t$parameter)
    put(paste0(what, ".p"), set, 0, t$p.value)
    put(paste0(what, ".low"), set, attr(t$conf.int, "conf.level"), t$conf.int[1])
    put(paste0(what, ".high"), set, attr(t$conf.int, "conf.level"), t$conf.int[2])
    put(paste0(what, ".difference"), set, 0, difference)
}
for (s in names(pairs)) {
    base <- pairs[[s]]$base
    new <- pairs[[s]]$new
    d <- log(new / base)
    stopifnot(!anyDuplicated(abs(d)), all(d != 0))
    for (level in c(0.9, 0.95, if (length(d) >= 8) 0.99)) {
        w <- wilcox.test(d, conf.int = TRUE, conf.level = level, exact = TRUE)
        put("hl.low", s, level, w$conf.int[1])
        put("hl.high", s, level, w$conf.int[2])
    }
    put("hl.estimate", s, 0, w$estimate)
    put("signed_rank.v", s, 0, w$statistic)
    put("signed_rank.p", s, 0, w$p.value)
    put("signed_rank.less", s, 0, wilcox.test(d, alternative = "less", exact = TRUE)$p.value)
    put("signed_rank.greater", s, 0, wilcox.test(d, alternative = "greater", exact = TRUE)$p.value)
    put("sign.p", s, 0, binom.test(sum(d > 0), length(d))$p.value)
    k <- qbinom(0.025, length(d), 0.5)
    put("sign.low", s, 0.95, sort(d)[k])
    put("sign.high", s, 0.95, sort(d)[length(d) + 1 - k])
    put("sign.coverage", s, 0.95, 1 - 2 * pbinom(k - 1, length(d), 0.5))
    put_t("paired", s, t.test(d), mean(d))
    put_t("paired99", s, t.test(d, conf.level = 0.99), mean(d))
    put_t("welch", s, t.test(new, base), mean(new) - mean(base))
    put("lag1", s, 0, acf(base, lag.max = 1, plot = FALSE)$acf[2])
}

# ---- signed rank with ties and zeros: every sign of the given ranks, counted
for (s in names(tied)) {
    d <- tied[[s]][tied[[s]] != 0]
    r <- rank(abs(d))
    v <- sum(r[d > 0])
    sums <- as.matrix(expand.grid(rep(list(0:1), length(d)))) %*% r
    put("tied.v", s, 0, v)
    put("tied.less", s, 0, mean(sums <= v))
    put("tied.greater", s, 0, mean(sums >= v))
}

# ---- one sample
for (s in c(names(samples), names(tied))) {
    v <- if (s %in% names(samples)) samples[[s]] else tied[[s]]
    put("mean", s, 0, mean(v))
    put("sd", s, 0, sd(v))
    put("median", s, 0, median(v))
    put("mad", s, 0, mad(v, constant = 1))
    put("mad_sd", s, 0, mad(v, constant = 1 / qnorm(0.75)))
    put("mean.low", s, 0.95, t.test(v)$conf.int[1])
    put("mean.high", s, 0.95, t.test(v)$conf.int[2])
    for (p in c(0, 0.1, 0.25, 1 / 3, 0.5, 0.75, 0.95, 1)) put("quantile", s, p, quantile(v, p, type = 7))
}

# ---- two-sided p of t far out in the tail, and of a fair coin
for (df in c(1, 2.5, 9, 30.5, 59, 118)) for (t in c(0.3, 2, 8, 20)) put("pt", df, t, 2 * pt(-t, df))
for (n in c(1, 5, 10, 59, 60, 200)) for (x in unique(floor(n * c(0, 0.1, 0.3, 0.5))))
    put("binom", n, x, binom.test(x, n)$p.value)

# ---- a cost as a line of the number of items: lm with weights 1 / variance of the scale, lack of fit by
# anova against a mean a scale, and Fieller's bounds as the places where the line's interval touches 0.
# Variances are made larger by f / (f - 2): the mean of 1 / s^2 is f / (f - 2) / sigma^2.
set.seed(20250301)
at <- c(1, 5, 25, 100, 400)
costs <- list(gain = function(x) 900 - 30 * x, loss = function(x) 50 + 2 * x, cheap = function(x) -40 - 3 * x,
              late_loss = function(x) -700 + 12 * x, flat = function(x) 3 + 0 * x,
              bent = function(x) 900 - 30 * x - 0.05 * x^2)
for (s in names(costs)) {
    x <- rep(at, each = 12)
    y <- round(costs[[s]](x) + rnorm(length(x), 0, 8 + 0.6 * x), 6)
    put_data(paste0(s, ".x"), x)
    put_data(paste0(s, ".y"), y)
    w <- 1 / ave(y, x, FUN = var)
    line <- lm(y ~ x, weights = w)
    wider <- sqrt(11 / 9)
    for (level in c(0.9, 0.95)) {
        half <- wider * (confint(line, level = level)[, 2] - coef(line))
        put("line.fixed.low", s, level, coef(line)[1] - half[1])
        put("line.fixed.high", s, level, coef(line)[1] + half[1])
        put("line.each.low", s, level, coef(line)[2] - half[2])
        put("line.each.high", s, level, coef(line)[2] + half[2])
    }
    put("line.fixed", s, 0, coef(line)[1])
    put("line.each", s, 0, coef(line)[2])
    misfit <- anova(line, lm(y ~ factor(x), weights = w))
    put("line.misfit.f", s, 0, misfit$F[2])
    put("line.misfit.p", s, 0, misfit$`Pr(>F)`[2])
    miss <- abs(fitted(line)[match(at, x)] / tapply(y, x, mean) - 1)
    put("line.worst", s, 0, max(miss))
    put("line.worst.x", s, 0, at[which.max(miss)])
    edge <- function(v, side) {
        p <- predict(line, data.frame(x = v), se.fit = TRUE)
        p$fit + c(-1, 1)[side] * wider * qt(0.975, length(x) - 2) * p$se.fit
    }
    grid <- c(seq(-100, 1e4, by = 0.5))
    for (side in 1:2) {
        e <- edge(grid, side)
        for (i in which(e[-1] * e[-length(e)] < 0))
            put("line.touch", s, side, uniroot(edge, grid[i + 0:1], side = side, tol = 1e-12)$root)
    }
}

# ---- two samples: distribution of the rank sum, Hodges-Lehmann shift. Above 10000 pairs for the normal one.
sizes <- list(c(1, 1), c(2, 3), c(5, 5), c(5, 20), c(12, 10), c(30, 40), c(50, 50), c(60, 60), c(200, 20), c(5, 600),
              c(110, 100), c(300, 40), c(900, 12))
for (s in sizes) {
    name <- paste0(s[1], "x", s[2])
    for (p in c(0.005, 0.025, 0.05)) put("qwilcox", name, p, qwilcox(p, s[1], s[2]))
    if (prod(s) <= 10000) for (q in unique(floor(prod(s) * c(0, 0.1, 0.3, 0.5, 0.8, 1))))
        put("pwilcox", name, q, pwilcox(q, s[1], s[2]))
}
for (s in names(pairs)[1:5]) {
    base <- log(pairs[[s]]$base)
    new <- log(pairs[[s]]$new)[-1]
    stopifnot(!anyDuplicated(c(base, new)))
    for (level in c(0.9, 0.95)) {
        w <- wilcox.test(new, base, conf.int = TRUE, conf.level = level, exact = TRUE)
        put("shift.low", s, level, w$conf.int[1])
        put("shift.high", s, level, w$conf.int[2])
    }
    put("shift.estimate", s, 0, w$estimate)
}

# ---- change points: the largest standardised rank sum over all splits, and its p over every order of the
# values (of the blocks, the one that may be shorter first), counted.
orders <- function(n) {
    if (n == 1) return(matrix(1))
    fewer <- orders(n - 1)
    do.call(rbind, lapply(1:n, function(i) cbind(i, fewer + (fewer >= i))))
}
largest <- function(ranks, m) { # a matrix, a series a row
    n <- ncol(ranks)
    r <- ranks[1, ]
    best <- 0
    at <- 0
    sum <- 0
    for (k in 1:(n - m)) {
        sum <- sum + ranks[, k]
        if (k < m) next
        z <- (sum - k * (n + 1) / 2) / sqrt(k * (n - k) / (n * (n - 1)) * sum((r - mean(r))^2))
        better <- abs(z) > abs(best) + 1e-9 | abs(abs(z) - abs(best)) <= 1e-9 & k * (n - k) > at * (n - at)
        at <- ifelse(better, k, at)
        best <- ifelse(better, z, best)
    }
    list(z = -best, at = at)
}
laid <- function(r, b) {
    n <- length(r)
    count <- ceiling(n / b)
    first <- n - (count - 1) * b
    block <- rep(seq_len(count), c(first, rep(b, count - 1)))
    t(apply(orders(count), 1, function(o) unlist(lapply(o, function(i) r[block == i]))))
}
series <- list(step = list(v = c(1.1, 0.9, 1.3, 1, 2.2, 2.4, 2, 2.3), m = 2, b = 1),
               down = list(v = c(5, 4.5, 5.5, 4.75, 1, 1.5, 1.25), m = 3, b = 1),
               none = list(v = c(0.3, -1.2, 0.8, 0.1, -0.4, 1.1, -0.9, 0.6), m = 2, b = 1),
               tied = list(v = c(2, 2, 3, 2, 3, 3, 4, 3), m = 2, b = 1),
               constant = list(v = rep(7, 6), m = 2, b = 1),
               spike = list(v = c(1, 2, 1.5, 1.2, 90, 2.1, 1.7, 1.6, 1.9), m = 2, b = 1),
               late = list(v = c(1, 1.2, 0.8, 0.9, 1.3, 1.1, 3, 3.2, 3.1), m = 3, b = 1),
               twos = list(v = c(1, 1.1, 0.7, 0.8, 1.3, 1.25, 0.9, 0.95, 2, 2.1, 1.7, 1.6, 2.2, 2.3, 1.9, 1.8), m = 4, b = 2),
               short = list(v = c(1, 1.1, 0.7, 0.8, 1.3, 1.25, 0.9, 1.95, 2, 2.1, 1.7, 1.6, 2.2, 2.3, 1.9), m = 3, b = 2),
               threes = list(v = c(4, 4.2, 4.4, 3, 3.1, 3.3, 5, 5.1, 5.3, 2, 2.2, 2.1, 4.6, 4.7, 4.8, 1, 1.1, 1.2, 3.6, 3.5, 3.7), m = 5, b = 3))
for (s in names(series)) {
    one <- series[[s]]
    r <- rank(one$v)
    put_data(s, one$v)
    here <- largest(matrix(r, 1), one$m)
    all <- if (length(unique(r)) > 1) abs(largest(laid(r, one$b), one$m)$z) else 0
    z <- if (length(unique(r)) > 1) here$z else 0
    put("change.min", s, 0, one$m)
    put("change.block", s, 0, one$b)
    put("change.z", s, 0, z)
    put("change.p", s, 0, mean(all >= abs(z) - 1e-9))
    if (z != 0) put("change.at", s, 0, here$at)
}

writeLines(c(paste("#", R.version.string), rows))
