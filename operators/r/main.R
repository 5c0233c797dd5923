# Runs a person's code over the inputs of its stage: the contract's files (docs/operators.md) as data frames.

folder_in <- Sys.getenv("SLUICE_IN")
folder_out <- Sys.getenv("SLUICE_OUT")
context <- jsonlite::fromJSON(file.path(folder_in, "context.json"), simplifyVector = FALSE)

# Written aside and renamed: seen whole or not at all.
put <- function(name, content) {
  aside <- file.path(folder_out, paste0(".", name, ".part"))
  writeLines(content, aside, useBytes = TRUE)
  invisible(file.rename(aside, file.path(folder_out, name)))
}

read_input <- function(given) {
  if (given$format != "csv") {
    stop("R reads its tables as CSV. Ask for one: inputs: {x: {from: stage.output, format: csv}}", call. = FALSE)
  }
  files <- file.path(folder_in, given$path, unlist(given$files))
  frames <- lapply(files, readr::read_csv, show_col_types = FALSE, progress = FALSE, na = "")
  dplyr::bind_rows(frames)
}

# Read when the code first asks for one.
inputs <- new.env()
for (name in names(context$inputs)) {
  local({
    given <- context$inputs[[name]]
    delayedAssign(name, read_input(given), assign.env = inputs)
  })
}

written <- list()
write_output <- function(name, frame) {
  output <- context$outputs[[name]]
  if (is.null(output)) {
    known <- paste(names(context$outputs), collapse = ", ")
    stop(sprintf("The stage has no output \"%s\". Its outputs: %s.", name, known), call. = FALSE)
  }
  if (output$format != "csv") {
    stop(sprintf("R writes CSV. Say so in the pipeline: outputs: {%s: csv}", name), call. = FALSE)
  }
  folder <- file.path(folder_out, output$path)
  dir.create(folder, showWarnings = FALSE, recursive = TRUE)
  file <- file.path(folder, sprintf("part-%05d.csv", length(list.files(folder))))
  readr::write_csv(frame, file, na = "", progress = FALSE)
  before <- if (is.null(written[[name]])) 0 else written[[name]]
  written[[name]] <<- before + nrow(frame)
  invisible(frame)
}

handed <- list()
hand_on <- function(...) {
  handed <<- utils::modifyList(handed, list(...))
  content <- jsonlite::toJSON(handed, auto_unbox = TRUE, digits = NA, null = "null")
  if (nchar(content, type = "bytes") > 64 * 1024) {
    stop("What is handed on is larger than 64 KiB. Write a table for it.", call. = FALSE)
  }
  put("params.json", content)
}

secret <- function(name) {
  files <- unlist(context$secrets)
  found <- files[basename(files) == name]
  if (length(found) == 0) {
    known <- if (length(files) == 0) "none" else paste(basename(files), collapse = ", ")
    stop(sprintf("The stage has no secret \"%s\". Its secrets: %s. Add it under secrets.", name, known), call. = FALSE)
  }
  value <- readChar(found[[1]], file.size(found[[1]]), useBytes = TRUE)
  Encoding(value) <- "UTF-8"
  value
}

params <- context$params$values
interval <- context$interval
run <- context$run

fail <- function(message) {
  cat(message, "\n", file = stderr())
  put("result.json", jsonlite::toJSON(list(error = list(message = message, field = "/code")), auto_unbox = TRUE))
  quit(save = "no", status = 1)
}

expressions <- tryCatch(
  parse(text = context$params$code, keep.source = TRUE, srcfile = srcfilecopy("<your code>", context$params$code)),
  error = function(problem) fail(conditionMessage(problem))
)
places <- attr(expressions, "srcref")
for (number in seq_along(expressions)) {
  tryCatch(
    answer <- withVisible(eval(expressions[[number]], globalenv())),
    error = function(problem) fail(sprintf("Line %d: %s", places[[number]][[1]], conditionMessage(problem)))
  )
  if (answer$visible) print(answer$value)
}

missing_outputs <- setdiff(names(context$outputs), names(written))
if (length(missing_outputs) > 0) {
  fail(sprintf("Nothing was written to %s. Call write_output(\"%s\", frame) in the code.",
               paste(missing_outputs, collapse = ", "), missing_outputs[[1]]))
}
put("result.json", jsonlite::toJSON(list(rows = sum(0, unlist(written))), auto_unbox = TRUE, digits = NA))
