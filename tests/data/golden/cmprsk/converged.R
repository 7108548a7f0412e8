# Fine-Gray at its exact maximum: cmprsk::crr stops at a gradient of 1e-6 of the likelihood, which leaves the fifth digit
# of some coefficients open. survival::finegray with coxph (Breslow) is an independent way to the same maximum. The two
# programs count who is at risk of being censored differently where a censoring ties with an event; here the censored
# leave 0.0001 later, which parts every such tie and swaps no two other times.
# Run from the folder that holds golden/ and cohorts/:  Rscript golden/cmprsk/converged.R
suppressPackageStartupMessages(library(survival))
z1 <- function(x) as.numeric(scale(x)); sets <- list()
m <- read.csv("golden/cmprsk/data/melanoma.csv")
sets$melanoma <- data.frame(t = m$time, s = c(1, 0, 2)[m$status], m[c("sex", "age", "ulcer", "thickness")])
g <- read.csv("golden/cmprsk/data/mgus2.csv")
sets$mgus2 <- data.frame(t = g$cr_time, s = g$cr_status, male = as.integer(g$sex == "M"), age = g$age)
m <- read.csv("cohorts/metabric/metabric_rtk.csv.gz", check.names = FALSE)
m$s <- c(0, 1, 2)[match(m$death_from_cancer, c("Living", "Died of Disease", "Died of Other Causes"))]; m <- m[!is.na(m$s), ]
for (gene in c("egfr", "erbb2", "erbb3", "met", "igf1r")) for (which in c("all", "her2pos")) {
  i <- if (which == "all") rep(TRUE, nrow(m)) else m$her2_status == "Positive"
  sets[[paste("metabric", which, toupper(gene), sep = "_")]] <- data.frame(t = m$overall_survival_months[i], s = m$s[i], rtk_z = z1(m[[gene]][i]), age = m$age_at_diagnosis[i])
}
out <- NULL
for (n in names(sets)) for (cause in 1:2) {
  d <- sets[[n]]; d$t <- d$t + ifelse(d$s == 0, 1e-4, 0); d$s <- factor(d$s, 0:2, c("censored", "one", "two"))
  f <- finegray(Surv(t, s) ~ ., data = d, etype = c("one", "two")[cause])
  terms <- setdiff(names(d), c("t", "s"))
  fit <- coxph(as.formula(paste("Surv(fgstart, fgstop, fgstatus) ~", paste(terms, collapse = "+"))), weights = fgwt, data = f,
    ties = "breslow", control = coxph.control(eps = 1e-12, iter.max = 100, toler.chol = 1e-14))
  out <- rbind(out, data.frame(set = n, cause = cause, term = terms, coef = format(coef(fit), digits = 15)))
}
write.csv(out, "golden/cmprsk/converged.csv", row.names = FALSE, quote = FALSE)
