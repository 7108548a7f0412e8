# The R side of benchmarks/survival.py: reads a command a line, does the work, prints the seconds it took.
# Data: time, event and expression as written by the Python side into the folder given as argument.
suppressPackageStartupMessages({library(survival); library(maxstat)})
folder <- commandArgs(trailingOnly = TRUE)[1]
input <- file("stdin"); open(input)
load_cohort <- function(name) {
  d <- as.matrix(read.csv(file.path(folder, paste0(name, ".csv")), header = FALSE))
  list(time = d[, 1], event = d[, 2], x = d[, -(1:2), drop = FALSE])
}
cohorts <- list()
seconds <- function(work) { started <- proc.time()[["elapsed"]]; work(); proc.time()[["elapsed"]] - started }
repeat {
  line <- readLines(input, n = 1)
  if (length(line) == 0) break
  word <- strsplit(line, " ")[[1]]
  if (is.null(cohorts[[word[2]]])) cohorts[[word[2]]] <- load_cohort(word[2])
  d <- cohorts[[word[2]]]; n <- as.integer(word[3]); y <- Surv(d$time, d$event)
  took <- switch(word[1],
    coxph = seconds(function() for (j in 1:n) { x <- d$x[, j]; summary(coxph(y ~ x)) }),
    coxph.fit = seconds(function() for (j in 1:n) coxph.fit(d$x[, j, drop = FALSE], y, NULL, NULL, NULL,
      coxph.control(), NULL, "efron", rownames = as.character(seq_along(d$time)))),
    survdiff = seconds(function() for (j in 1:n) { g <- d$x[, j] > median(d$x[, j]); survdiff(y ~ g) }),
    sets.coxph.fit = seconds(function() for (j in 1:n) { x <- rowMeans(d$x[, j:(j + 2)]); coxph.fit(cbind(x), y, NULL,
      NULL, NULL, coxph.control(), NULL, "efron", rownames = as.character(seq_along(d$time))) }),
    sets.survdiff = seconds(function() for (j in 1:n) { x <- rowMeans(d$x[, j:(j + 2)]); g <- x > median(x)
      survdiff(y ~ g) }),
    maxstat = seconds(function() for (j in 1:n) { x <- d$x[, j]; maxstat.test(y ~ x, data = data.frame(x),
      smethod = "LogRank", pmethod = "none", minprop = 0.1, maxprop = 0.9) }),
    condMC = seconds(function() for (j in 1:n) { x <- d$x[, j]; maxstat.test(y ~ x, data = data.frame(x),
      smethod = "LogRank", pmethod = "condMC", minprop = 0.1, maxprop = 0.9, B = 9999) }))
  cat(took, "\n"); flush(stdout())
}
