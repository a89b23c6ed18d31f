#!/usr/bin/env Rscript
# Writes spline_curves.tsv, spline_rates.tsv and spline_knots.tsv to tests/data/reference: noisy growth curves, and the
# steepest slope of ln(value) by R's smooth.spline with fixed spar, on a grid of 1/2000 of the curve, then by optimize.
# Run again after changing it, from the root: Rscript tests/reference/spline_rates.R
set.seed(20260102)
folder <- "tests/data/reference/"
time <- sort(c(seq(0, 20, 0.25), round(runif(6, 0, 20), 3)))
time <- unique(time)
curves <- data.frame(time_h = time)
for (w in 1:4) {
  clean <- 0.02 + 0.3 * w / (1 + exp(5 - (0.4 + 0.1 * w) * time))
  curves[[paste0("W", w)]] <- round(clean * exp(rnorm(length(time), 0, 0.01 * w)), 7)
}
write.table(curves, paste0(folder, "spline_curves.tsv"), sep = "\t", quote = FALSE, row.names = FALSE)
rates <- NULL
for (w in 1:4) for (spar in c(0.3, 0.5, 0.8)) {
  s <- smooth.spline(time, log(curves[[w + 1]]), spar = spar)
  slope <- function(t) predict(s, t, deriv = 1)$y
  grid <- seq(0, 20, length.out = 2001)
  best <- grid[which.max(slope(grid))]
  top <- optimize(slope, pmin(pmax(best + c(-0.01, 0.01), 0), 20), maximum = TRUE, tol = 1e-10)
  rates <- rbind(rates, data.frame(well = paste0("W", w), spar = spar, rate_per_h = format(top$objective, digits = 15),
                                   time_h = format(top$maximum, digits = 10), df = format(s$df, digits = 15)))
}
write.table(rates, paste0(folder, "spline_rates.tsv"), sep = "\t", quote = FALSE, row.names = FALSE)
n <- c(4:49, seq(50, 3300, 7), 200, 800, 3200, 5000)
knots <- sapply(n, function(k) as.integer(.nknots.smspl(k)))
write.table(data.frame(times = n, knots = knots), paste0(folder, "spline_knots.tsv"), sep = "\t", quote = FALSE,
            row.names = FALSE)
