import { describe, expect, it } from "vitest";
import { also, extract, mail, params, said, select, stages } from "@/lib/testing/documents";

/** What is wrong with templates and with SQL, and all that is said of it. */
const wrong: [string, unknown, string[]][] = [
  [
    "a template where none is allowed",
    stages(params(mail, { title: "{{ run.id }}" })),
    [
      "tell /stages/0/params/title | Nothing is filled in at title: {{ run.id }} would stay as it is. | Write the value itself.",
    ],
  ],
  [
    "a template in a warehouse's name",
    stages(params(extract, { warehouse: "{{ env.W }}" })),
    [
      "extract /stages/0/params/warehouse | Nothing is filled in at warehouse: {{ env.W }} would stay as it is. | Write the value itself.",
    ],
  ],
  [
    "a template in a view",
    stages({
      id: "v",
      operator: "sql-transform@1",
      params: { warehouse: "demo", table: "mart.v", as: "view", sql: "select {{ interval.from }}" },
    }),
    [
      "v /stages/0/params/sql | Nothing is filled in at sql where as is “view”: {{ interval.from }} would stay as it is. | Write the value itself.",
    ],
  ],
  [
    "a template that does not end",
    stages(params(mail, { subject: "{{ run.id" })),
    [
      "tell /stages/0/params/subject | These braces do not end. | Add }}. Write {{ interval.from | date }}, or \\{{ where two braces are meant.",
    ],
  ],
  [
    "a template with an expression",
    select("select {{ 1 + 1 }}"),
    [
      "extract /stages/0/params/sql | “1 + 1” is no name that can be filled in. | Write {{ interval.from | date }}, or \\{{ where two braces are meant.",
    ],
  ],
  [
    "a name with a slip",
    select("select {{ intervall.from }}"),
    ["extract /stages/0/params/sql | There is no intervall.from to fill in. | Did you mean interval.from?"],
  ],
  [
    "half a name",
    select("select {{ interval.start }}"),
    [
      expect.stringMatching(
        /^extract \/stages\/0\/params\/sql \| There is no interval.start to fill in\. \| There is interval\.from, interval\.to\./,
      ) as unknown as string,
    ],
  ],
  [
    "a name without its root",
    { ...select("select {{ COUNTRY }}"), env: { COUNTRY: "US" } },
    ["extract /stages/0/params/sql | There is no COUNTRY to fill in. | Did you mean env.COUNTRY?"],
  ],
  [
    "an env that there is not",
    { ...select("select {{ env.CONTRY }}"), env: { COUNTRY: "US" } },
    ["extract /stages/0/params/sql | There is no env.CONTRY. | Did you mean env.COUNTRY?"],
  ],
  [
    "a parameter of the run that there is not",
    select("select {{ params.day }}"),
    ["extract /stages/0/params/sql | There is no params.day. | Add day under parameters:."],
  ],
  [
    "a variable that there is not",
    select("select {{ var.buckets }}"),
    ["extract /stages/0/params/sql | There is no var.buckets. | Did you mean var.bucket?"],
  ],
  [
    "an unknown filter",
    select("select {{ interval.from | dat }}"),
    ["extract /stages/0/params/sql | There is no filter dat. | Did you mean date?"],
  ],
  [
    "a filter without its time",
    select("select {{ interval.from | minus }}"),
    [
      "extract /stages/0/params/sql | The filter minus needs a time, as minus: 7d (m, h, d, w, mo or y). | Write minus: 1d.",
    ],
  ],
  [
    "a filter of times on a name",
    select("select {{ run.id | date }}"),
    ["extract /stages/0/params/sql | run.id is no time, which date needs. | Leave | date out."],
  ],
  [
    "a template within quotes",
    select("select '{{ interval.from }}'"),
    [
      "extract /stages/0/params/sql | The template in '{{ interval.from }}' stands within quotes, where nothing is filled in. | Take the quotes away: it becomes a value, which needs none.",
    ],
  ],
  [
    "what a later stage hands on",
    stages(extract, params(mail, { subject: "{{ stages.extract.params.n }}" })),
    [
      "tell /stages/1/params/subject | tell does not wait for extract, so that stages.extract.params.n may not be there. | Add after: [extract] to tell.",
    ],
  ],
  [
    "what nobody hands on",
    stages(params(mail, { subject: "{{ stages.extrct.params.n }}" }), extract),
    ["tell /stages/0/params/subject | There is no stage extrct. | Did you mean extract?"],
  ],
  [
    "an env that names another",
    also({ env: { A: "x", B: "{{ env.A }}" } }),
    ["- /env/B | A value of env cannot name another. | Write it out, or use params or var."],
  ],
  [
    "an env in small letters",
    also({ env: { country: "US" } }),
    ["- /env/country | country is not right. | Use capital letters, digits and _."],
  ],
  [
    "several statements",
    select("select 1; select 2"),
    [
      "extract /stages/0/params/sql | This SQL has 2 statements. | Write one; further ones go into stages of their own.",
    ],
  ],
  ["no statement", select("-- nothing\n;"), ["extract /stages/0/params/sql | This SQL has no statement. | Write one."]],
];

describe("says of a wrong template or statement what is wrong, where, and what to do:", () => {
  it.each(wrong)("%s", (_, document, problems) => {
    expect(said(document)).toEqual(problems);
  });
});
