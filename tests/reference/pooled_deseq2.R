# Writes what DESeq2 makes of real screens to tests/data/reference/deseq2_screens.tsv (some of the guides), and what it
# takes from all their guides to deseq2_priors.tsv: size factors, dispersion trend, prior widths.
# Run again after changing it: Rscript tests/reference/pooled_deseq2.R. Needs the packages of role `reference`.
# Outliers stay in (Cook's distances off), and fits go on to 1e-12: DESeq2 stops dispersions at a gain of 1e-6.
suppressMessages(library(DESeq2))

pooled <- "../shared/data/pooled/"
screen <- function(name, file, design, every) {
    table <- read.delim(gzfile(paste0(pooled, file)), check.names = FALSE)
    samples <- data.frame(pair = factor(c(1, 2, 1, 2)), treated = (if (design == "pairs") c(0, 0, 1, 1) else c(0, 1, 1, 1)) + 0.0)
    dds <- DESeqDataSetFromMatrix(as.matrix(table[, 3:6]), samples,
        if (design == "pairs") ~ pair + treated else ~ treated)
    dds <- estimateSizeFactors(dds)
    dds <- estimateDispersionsGeneEst(dds, dispTol = 1e-12, maxit = 2000, quiet = TRUE)
    dds <- estimateDispersionsFit(dds, quiet = TRUE)
    dds <- estimateDispersionsMAP(dds, dispTol = 1e-12, maxit = 2000, quiet = TRUE)
    dds <- nbinomWaldTest(dds, betaTol = 1e-12, quiet = TRUE)
    wald <- results(dds, name = "treated", cooksCutoff = FALSE, independentFiltering = FALSE)
    shrunken <- suppressMessages(lfcShrink(dds, coef = "treated", type = "normal"))
    row <- mcols(dds)
    keep <- seq(1, nrow(dds), by = every)
    guides <- data.frame(screen = name, guide = seq_len(nrow(dds)) - 1, base_mean = row$baseMean,
        gene_wise = row$dispGeneEst, trend = row$dispFit, dispersion = row$dispersion,
        log2_fold_change = wald$log2FoldChange, standard_error = wald$lfcSE, p = wald$pvalue,
        shrunken = shrunken$log2FoldChange, shrunken_sd = shrunken$lfcSE)[keep, ]
    fit <- dispersionFunction(dds)
    trend <- if (is.null(attr(fit, "coefficients"))) c(NaN, NaN) else attr(fit, "coefficients")
    priors <- data.frame(screen = name, t(sizeFactors(dds)), asymptotic = trend[1], extra = trend[2],
        residual_variance = attr(fit, "varLogDispEsts"), prior_variance = attr(fit, "dispPriorVar"),
        effect_variance = unname(priorInfo(shrunken)$betaPriorVar["treated"]))
    names(priors)[2:5] <- paste0("size", 1:4)
    list(guides = guides[!is.na(guides$dispersion), ], priors = priors)
}
all <- list(
    screen("mageck_demo1", "mageck_demo1/sample.txt", "pairs", 2),
    screen("ht29_brunello", "ht29_brunello/HT29-Brunello_counts.tsv.gz", "plasmid", 150),
    screen("ht29_minilib", "ht29_minilib/HT29-MiniLibCas9_counts.tsv.gz", "plasmid", 75),
    screen("cb2_sanson_a375", "cb2_sanson_a375/counts.tsv.gz", "plasmid", 150))
write <- function(rows, file) write.table(format(rows, digits = 13, trim = TRUE), paste0("tests/data/reference/", file),
    sep = "\t", quote = FALSE, row.names = FALSE)
write(do.call(rbind, lapply(all, `[[`, "guides")), "deseq2_screens.tsv")
write(do.call(rbind, lapply(all, `[[`, "priors")), "deseq2_priors.tsv")
