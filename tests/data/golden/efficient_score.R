# Score test of each receptor given the covariates, at the covariates' own maximum: coxph's score at init, no iterations.
# Run from the folder that holds golden/ and cohorts/:  Rscript golden/efficient_score.R
library(survival)
m <- read.csv("cohorts/metabric/metabric_rtk.csv.gz", check.names = FALSE)
m <- m[m$her2_status == "Positive", ]
cov <- data.frame(age = m$age_at_diagnosis, er = as.integer(m$er_status == "Positive"), grade = m$neoplasm_histologic_grade, nodes = m$lymph_nodes_examined_positive)
ok <- complete.cases(cov); m <- m[ok, ]; cov <- as.matrix(cov[ok, ]); y <- Surv(m$overall_survival_months, 1 - m$overall_survival)
genes <- names(m)[10:24]; tight <- coxph.control(eps = 1e-12, toler.chol = 1e-14, iter.max = 100)
one <- function(st) do.call(rbind, lapply(genes, function(g) {
  x <- as.numeric(scale(m[[g]])); z <- if (st) cov[, c("age", "grade", "nodes")] else cov
  s <- if (st) strata(cov[, "er"]) else NULL
  b <- if (st) coef(coxph(y ~ z + strata(cov[, "er"]), control = tight)) else coef(coxph(y ~ z, control = tight))
  f <- suppressWarnings(if (st) coxph(y ~ x + z + strata(cov[, "er"]), init = c(0, b), control = coxph.control(iter.max = 0))
    else coxph(y ~ x + z, init = c(0, b), control = coxph.control(iter.max = 0)))
  data.frame(gene = toupper(g), within_er = st, n = f$n, score_chi2 = format(f$score, digits = 15)) }))
write.csv(rbind(one(FALSE), one(TRUE)), "golden/efficient_score.csv", row.names = FALSE, quote = FALSE)
