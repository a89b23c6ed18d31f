# Writes what edgeR makes of made-up counts to tests/data/reference/edger_pairs.tsv: three pairs of samples, untreated
# and treated; faint features, features that vanish in one group or in a sample, and jackpots among them.
# The same of real screens, to edger_screens.tsv, and what limma's robust prior makes of made-up variances, to
# robust_prior.tsv. The same of two treatments in three batches that no treatment is spread over evenly, to edger_batches.tsv.
# Run again after changing it: Rscript tests/reference/pooled_edger.R. Needs the packages of role `reference`.
suppressMessages(library(edgeR))

set.seed(20241124)
features <- 240
pair <- factor(c(1, 2, 3, 1, 2, 3))
treated <- c(0, 0, 0, 1, 1, 1)
depth <- c(1, 1.4, 0.7, 1.1, 0.9, 1.3)
mean <- exp(rnorm(features, 4.5, 1.6))
effect <- ifelse(seq_len(features) %% 10 == 0, -2, 0)
dispersion <- (0.04 + 1 / mean) * rchisq(features, 8) / 8
counts <- sapply(1:6, function(s)
    rnbinom(features, mu = mean * depth[s] * 2^(effect * treated[s]), size = 1 / dispersion))
counts[1:6, treated == 1] <- 0
counts[7:9, 2] <- 0
counts[10, ] <- 0
counts[11:14, 4] <- counts[11:14, 4] * 60 + 500
colnames(counts) <- paste0("sample", 1:6)

design <- model.matrix(~ pair + treated)
y <- estimateDisp(calcNormFactors(DGEList(counts)), design)
fit <- glmQLFit(y, design)
test <- glmQLFTest(fit, coef = 4)
pairs <- glmQLFTest(fit, contrast = c(0, 1, -1, 0))
robust_fit <- glmQLFit(y, design, robust = TRUE)
robust <- glmQLFTest(robust_fit, coef = 4)
with <- addPriorCount(counts, offset = getOffset(y), prior.count = 0.125)
tight <- mglmLevenberg(with$y, design, dispersion = y$trended.dispersion, offset = with$offset, tol = 1e-14, maxit = 500)
out <- data.frame(counts, average_log2 = y$AveLogCPM, trended = y$trended.dispersion, tagwise = y$tagwise.dispersion,
    log2_fold_change = tight$coefficients[, 4] / log(2), f = test$table$F, p = test$table$PValue, df = test$df.total,
    variance = fit$var.post, pairs_log2_fold_change = (tight$coefficients[, 2] - tight$coefficients[, 3]) / log(2), pairs_p = pairs$table$PValue,
    robust_df = robust$df.total, robust_p = robust$table$PValue, robust_variance = robust_fit$var.post,
    common = y$common.dispersion, prior_df = y$prior.df, ql_prior_df = fit$df.prior)
for (s in 1:6) out[[paste0("tmm", s)]] <- y$samples$norm.factors[s]
write.table(format(out, digits = 13, trim = TRUE), "tests/data/reference/edger_pairs.tsv",
    sep = "\t", quote = FALSE, row.names = FALSE)

# Real screens, all guides analysed and a few of them kept. Levenberg's steps in edgeR stop at a gain of 1e-6, which
# leaves fold changes of scattered guides wrong by up to 0.02: they are taken at a gain of 1e-14 here.
pooled <- "../shared/data/pooled/"
screen <- function(name, file, matrix, every) {
    table <- read.delim(gzfile(paste0(pooled, file)), check.names = FALSE)
    counts <- as.matrix(table[, 3:6])
    y <- estimateDisp(calcNormFactors(DGEList(counts)), matrix)
    test <- glmQLFTest(glmQLFit(y, matrix), coef = ncol(matrix))
    robust <- glmQLFTest(glmQLFit(y, matrix, robust = TRUE), coef = ncol(matrix))
    with <- addPriorCount(counts, offset = getOffset(y), prior.count = 0.125)
    tight <- mglmLevenberg(with$y, matrix, dispersion = y$trended.dispersion, offset = with$offset, tol = 1e-14,
        maxit = 500)
    keep <- seq(1, nrow(counts), by = every)
    data.frame(screen = name, guide = seq_len(nrow(counts)) - 1, trended = y$trended.dispersion, tagwise = y$tagwise.dispersion,
        log2_fold_change = tight$coefficients[, ncol(matrix)] / log(2), p = test$table$PValue,
        p_robust = robust$table$PValue)[keep, ]
}
plasmid <- model.matrix(~ c(0, 1, 1, 1))
rows <- rbind(
    screen("mageck_demo1", "mageck_demo1/sample.txt", model.matrix(~ factor(c(1, 2, 1, 2)) + c(0, 0, 1, 1)), 2),
    screen("ht29_brunello", "ht29_brunello/HT29-Brunello_counts.tsv.gz", plasmid, 150),
    screen("ht29_minilib", "ht29_minilib/HT29-MiniLibCas9_counts.tsv.gz", plasmid, 75),
    screen("cb2_sanson_a375", "cb2_sanson_a375/counts.tsv.gz", plasmid, 150))
write.table(format(rows, digits = 10, trim = TRUE), "tests/data/reference/edger_screens.tsv", sep = "\t", quote = FALSE,
    row.names = FALSE)

# Variances along a covariate, and as if there were none: with and without outliers, of equal and of unequal degrees of freedom, and all alike.
made_up <- function(name, df, prior_df, outlying) {
    n <- length(df)
    covariate <- rnorm(n, 6, 2)
    centre <- exp(0.3 * sin(covariate))
    own <- if (is.finite(prior_df)) prior_df / rchisq(n, prior_df) else rep(1, n)
    variance <- centre * own * ifelse(df > 0, rchisq(n, pmax(df, 1)) / pmax(df, 1), 0)
    variance[seq_len(outlying)] <- variance[seq_len(outlying)] * 40
    fit <- limma::squeezeVar(variance, df, covariate = covariate, robust = TRUE)
    flat <- limma::squeezeVar(variance, df, robust = TRUE)
    data.frame(set = name, variance, df, covariate, prior_variance = fit$var.prior, prior_df = fit$df.prior,
        flat_variance = flat$var.prior, flat_df = flat$df.prior)
}
rows <- rbind(made_up("outliers", rep(2, 300), 12, 12), made_up("none", rep(4, 250), 8, 0),
    made_up("unequal", sample(c(0, 1, 2, 4), 300, TRUE, c(0.02, 0.1, 0.2, 0.68)), 10, 9),
    made_up("alike", rep(3, 200), Inf, 6), made_up("few", rep(2, 8), 6, 1))
rows <- cbind(rows, lowess = unlist(lapply(split(rows, factor(rows$set, unique(rows$set))), function(part)
    lowess(part$covariate, log(part$variance + 0.01), f = 0.4)$y[rank(part$covariate)])))
write.table(format(rows, digits = 13, trim = TRUE), "tests/data/reference/robust_prior.tsv", sep = "\t", quote = FALSE,
    row.names = FALSE)

# Two treatments and untreated samples of three batches, which move a third of the features; the third batch lacks the
# second treatment. Compared: the first treatment with none, and the two with each other.
set.seed(20261124)
features <- 200
condition <- factor(c("none", "none", "none", "one", "one", "one", "one", "two", "two"))
batch <- factor(c(1, 2, 3, 1, 1, 2, 3, 1, 2))
depth <- c(1, 1.3, 0.8, 1.2, 0.9, 0.7, 1.1, 1.5, 1)
mean <- exp(rnorm(features, 4.5, 1.4))
by_batch <- matrix(rnorm(3 * features, 0, rep(ifelse(seq_len(features) %% 3 == 0, 1.2, 0.1), 3)), features)
of_one <- ifelse(seq_len(features) %% 10 == 0, -2, 0)
of_two <- ifelse(seq_len(features) %% 8 == 0, 1.5, 0)
dispersion <- (0.03 + 1 / mean) * rchisq(features, 8) / 8
counts <- sapply(seq_along(batch), function(s)
    rnbinom(features, mu = mean * depth[s] * 2^(by_batch[, batch[s]] + of_one * (condition[s] == "one") +
        of_two * (condition[s] == "two")), size = 1 / dispersion))
counts[1:4, batch == 3] <- 0
counts[5:8, condition == "one"] <- 0
counts[9, ] <- 0
colnames(counts) <- paste0("sample", seq_along(batch))
design <- model.matrix(~ condition + batch)
y <- estimateDisp(calcNormFactors(DGEList(counts)), design)
fit <- glmQLFit(y, design)
robust_fit <- glmQLFit(y, design, robust = TRUE)
with <- addPriorCount(counts, offset = getOffset(y), prior.count = 0.125)
tight <- mglmLevenberg(with$y, design, dispersion = y$trended.dispersion, offset = with$offset, tol = 1e-14, maxit = 500)
one <- c(0, 1, 0, 0, 0)
one_two <- c(0, 1, -1, 0, 0)
out <- data.frame(counts, trended = y$trended.dispersion, tagwise = y$tagwise.dispersion,
    one_log2_fold_change = as.vector(tight$coefficients %*% one) / log(2), one_p = glmQLFTest(fit, contrast = one)$table$PValue,
    one_robust_p = glmQLFTest(robust_fit, contrast = one)$table$PValue,
    one_two_log2_fold_change = as.vector(tight$coefficients %*% one_two) / log(2),
    one_two_p = glmQLFTest(fit, contrast = one_two)$table$PValue)
write.table(format(out, digits = 13, trim = TRUE), "tests/data/reference/edger_batches.tsv", sep = "\t", quote = FALSE,
    row.names = FALSE)
