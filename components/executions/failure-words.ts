interface Words {
  /** What happened, in one sentence without jargon. */
  what: string;
  /** What the reader can do now. */
  next: string;
}

/** Our own codes first, then SQLSTATE by code and by class (PostgreSQL manual, appendix A). */
export function failureWords(code: string, warehouse: string, inEditor = false): Words {
  const edit = inEditor ? "Correct it in the editor and run it again." : "Edit a copy, correct it there and run that.";
  const table: Record<string, Words> = {
    connection: {
      what: `${warehouse} could not be reached`,
      next: "Run it again in a minute. If it stays so, tell an admin.",
    },
    timeout: {
      what: "It ran longer than this warehouse allows",
      next: "Read fewer rows, or a shorter time span, and run again.",
    },
    limit: {
      what: "It is over a limit that an admin set",
      next: "Read fewer rows, or a shorter time span, and run again.",
    },
    write_refused: { what: "It would change data, and queries here only read", next: edit },
    several_commands: {
      what: "It holds more than one statement",
      next: "Run the statements one by one, or all from the editor.",
    },
    parameter: { what: "A parameter's value does not fit", next: edit },
    storage: {
      what: "The rows could not be stored",
      next: "Nothing is wrong with the SQL. Run it again; if it stays so, tell an admin.",
    },
    worker_lost: {
      what: "Sluice lost the worker that ran it",
      next: "The warehouse was told to stop it. Run it again.",
    },
    "42501": { what: "Your team's reader may not read this", next: "Ask an admin for the right to this table." },
    "42P01": { what: "A table in it was not found", next: edit },
    "42703": { what: "A column in it was not found", next: edit },
    "42601": { what: "The SQL could not be read", next: edit },
    "57014": { what: "The warehouse ended it", next: "Run it again, over less data if it ran long." },
    "25006": { what: "It would change data, and queries here only read", next: edit },
    "55P03": { what: "A table it needs is locked", next: "Run it again in a minute." },
  };
  const classes: Record<string, Words> = {
    "08": table.connection as Words,
    "22": { what: "A value in the data does not fit the SQL", next: edit },
    "42": { what: "The SQL has an error", next: edit },
    "53": {
      what: `${warehouse} ran out of memory, disk or connections`,
      next: "Run it again later, or over less data.",
    },
    "57": { what: `${warehouse} ended it`, next: "Run it again in a minute." },
  };
  return (
    table[code] ??
    classes[code.slice(0, 2)] ?? {
      what: "It failed",
      next: "Run it again; if it stays so, tell an admin.",
    }
  );
}
