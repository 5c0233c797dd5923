/** What a new person is led to on their home page. Pure: the browser uses it too. */

export const stepNames = ["connect", "invite", "change", "write", "share"] as const;
export type StepName = (typeof stepNames)[number];

export interface Step {
  name: StepName;
  done: boolean;
  /** Where it is done. */
  url: string;
  /** Of the query that a step is about. */
  title?: string;
}
