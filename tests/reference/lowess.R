#!/usr/bin/env Rscript
# Writes lowess.tsv to tests/data/reference: blanks that drift, with noise and outliers, at even and uneven times, and
# R's lowess of them. Run again after changing it, from the root: Rscript tests/reference/lowess.R
set.seed(20261124)
rows <- NULL
for (n in c(3, 10, 97)) for (span in c(0.2, 0.5, 2 / 3, 1)) for (iterations in c(0, 3)) {
  x <- if (n == 10) sort(round(runif(n, 0, 24), 3)) else seq(0, 24, length.out = n)
  y <- 0.09 + 0.002 * sqrt(x) + rnorm(n, 0, 0.0005) + ifelse(runif(n) < 0.05, 0.05, 0)
  fit <- lowess(x, y, f = span, iter = iterations, delta = 0)
  rows <- rbind(rows, data.frame(n = n, span = format(span, digits = 17), iterations = iterations,
                                 x = format(x, digits = 17), y = format(y, digits = 17),
                                 fitted = format(fit$y, digits = 17)))
}
write.table(rows, "tests/data/reference/lowess.tsv", sep = "\t", quote = FALSE, row.names = FALSE)
