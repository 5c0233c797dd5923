"use client";

import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import classes from "@/components/tables/tables.module.css";
import type { CatalogTable } from "@/lib/completion/schema";

/** A table's columns in their order, with a search where there are many. */
export function TableColumns({ columns }: Pick<CatalogTable, "columns">) {
  const [typed, setTyped] = useState("");
  const words = typed.trim().toLowerCase();
  const shown = columns.filter(({ name, type, comment }) =>
    `${name} ${type} ${comment ?? ""}`.toLowerCase().includes(words),
  );
  return (
    <section aria-label="Columns">
      {columns.length > 30 ? (
        <TextInput
          mb="xs"
          maw={320}
          aria-label="Search columns"
          placeholder={`Search ${columns.length.toLocaleString("en-US")} columns`}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      ) : null}
      <table className={classes.columns}>
        <thead>
          <tr>
            <th>Column</th>
            <th>Type</th>
            <th>Null</th>
            <th className={classes.wide}>Comment</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((column) => (
            <tr key={column.name}>
              <td className={classes.column}>
                {column.name}
                {column.comment ? (
                  <div className={classes.narrow} style={{ fontWeight: 400 }}>
                    {column.comment}
                  </div>
                ) : null}
              </td>
              <td className={classes.type}>{column.type}</td>
              <td style={{ whiteSpace: "nowrap" }}>{column.nullable ? "may be" : "never"}</td>
              <td className={classes.wide}>{column.comment}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length === 0 ? <p>No column fits “{typed}”.</p> : null}
    </section>
  );
}
