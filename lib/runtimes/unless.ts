/**
 * Asks an engine or a cluster that answers over HTTP: undefined where it answers with one of these statuses.
 * @param statusOf the status that an error of it carries; undefined where nobody answered
 */
export function unlessStatus(statusOf: (error: unknown) => number | undefined) {
  return async <Value>(statuses: number[], asked: Promise<Value>): Promise<Value | undefined> => {
    try {
      return await asked;
    } catch (error) {
      if (statuses.includes(statusOf(error) ?? 0)) return undefined;
      throw error;
    }
  };
}
