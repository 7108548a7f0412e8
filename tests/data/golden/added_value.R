# What a score adds to clinical columns: likelihood ratio, Harrell's C, spline, predicted risk, by survival and splines.
# Run from tests/data:  Rscript golden/added_value.R
suppressPackageStartupMessages({library(survival); library(splines)})
m <- read.csv("../../resources/examples/metabric/metabric.csv.gz", check.names = FALSE)
tight <- coxph.control(eps = 1e-12, iter.max = 100, toler.chol = 1e-14); out <- NULL
row <- function(set, gene, what, value) out <<- rbind(out, data.frame(set = set, gene = gene, what = what, value = format(value, digits = 15)))
for (set in c("all", "her2pos")) for (gene in c("igf1r", "flt3", "egfr")) {
  d <- if (set == "all") m else m[m$her2_status == "Positive", ]
  d$score <- as.numeric(scale(d[[gene]])); d$er <- as.integer(d$er_status == "Positive"); d$her2 <- as.integer(d$her2_status == "Positive")
  columns <- c("age_at_diagnosis", "neoplasm_histologic_grade", "lymph_nodes_examined_positive", "er", "tumor_size", if (set == "all") "her2")
  d <- d[complete.cases(d[columns]), ]; d$time <- d$overall_survival_months; d$event <- 1 - d$overall_survival
  f <- function(...) coxph(as.formula(paste("Surv(time, event) ~", paste(c(columns, ...), collapse = "+"))), data = d, control = tight, x = TRUE)
  base <- f(); full <- f("score"); save <- function(what, value) row(set, gene, what, value)
  save("n", full$n); save("events", full$nevent); save("coef", coef(full)[["score"]]); save("se", sqrt(vcov(full)["score", "score"]))
  save("lr_chi2", 2 * (full$loglik[2] - base$loglik[2]))
  save("concordance_clinical", base$concordance[["concordance"]]); save("concordance_both", full$concordance[["concordance"]])
  # Harrell's four knots; the natural spline of the splines package spans the same curves.
  knots <- quantile(d$score, c(.05, .35, .65, .95))
  bent <- f("ns(score, knots = knots[2:3], Boundary.knots = knots[c(1, 4)])")
  save("nonlinear_chi2", 2 * (bent$loglik[2] - full$loglik[2]))
  k <- grep("^ns", names(coef(bent)))
  for (x in c(-1.5, -0.5, 1, 2)) {
    b <- ns(c(x, 0), knots = knots[2:3], Boundary.knots = knots[c(1, 4)]); l <- b[1, ] - b[2, ]
    save(paste0("log_hr_", x), sum(l * coef(bent)[k])); save(paste0("se_", x), sqrt(drop(l %*% vcov(bent)[k, k] %*% l)))
  }
  s <- summary(survfit(full, newdata = d[1:5, ]), times = 120)$surv
  for (i in 1:5) save(paste0("risk_", i), 1 - s[i])
}
write.csv(out, "golden/added_value.csv", row.names = FALSE, quote = FALSE)
