/** Rows that the requests are about. */
export interface Targets {
  warehouse: string;
  /** A reader of the warehouse that nobody uses. */
  reader: string;
  execution: string;
  /** One that has ended with a row of one column. */
  ended: string;
  /** A saved query of one version, with a parameter `name`. */
  query: string;
  /** A share of the query with the team. */
  share: string;
  /** A chart of that query. */
  chart: string;
  /** A board that shows that query. */
  board: string;
  /** An open request of somebody who may not open the query. */
  request: string;
  /** A comment on `ended`. */
  comment: string;
  /** A schedule of that query. */
  trigger: string;
  /** A file of the one who asks. */
  upload: string;
  /** A file that a pipeline of the one who asks keeps. */
  file: string;
  /** A pipeline of the one who asks, by its name, and a run of it that has failed. */
  pipeline: string;
  run: string;
  /** A pause of one person that holds. */
  pause: string;
  user: string;
  team: string;
  token: string;
  session: string;
  /** A secret, and the team whose it is. */
  secret: string;
  secretTeam: string;
}

export interface SampleRequest {
  params?: Record<string, string>;
  /** Every field that the operation's schema has, each with a value that it takes. */
  body?: Record<string, unknown>;
  /** One of each kind, by what tells the kinds apart, where the operation takes several. */
  bodies?: Record<string, Record<string, unknown>>;
  query?: Record<string, string>;
  /** A body that is no JSON. */
  text?: string;
}

/** For the sample query's one parameter. */
export const parameters = { name: "text" };
