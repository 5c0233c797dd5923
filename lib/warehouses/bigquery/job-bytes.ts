import { type LimitFound, overBytesWords } from "@/lib/gate/hold";
import type { JobBytes } from "@/lib/gate/relay";
import { logger } from "@/lib/platform/logger";
import type { Client } from "./client";
import { getJob, type Job, type JobName, mostBilled } from "./jobs";
import { cost } from "./session";

/** Of one relay's jobs: what each may read, by which limit, and what it has read. */
export class BytesOfJobs {
  /** By the job's id: the limit that is narrower for it than what the warehouse and the stage say. */
  private readonly limits = new Map<string, LimitFound>();
  private readonly telling = new Set<Promise<void>>();

  constructor(
    private readonly client: Client,
    private readonly books: JobBytes | undefined,
  ) {}

  /** Whether a job is to be asked beforehand what it would read. */
  get wantsEstimate(): boolean {
    return this.books?.byDay ?? false;
  }

  /**
   * Writes a job down that is about to be sent. Answers how many bytes may be billed for it; below 1: it may not be sent at all.
   * @param found its dry run, where there was one
   * @param own what the warehouse and the stage allow; infinite for no limit
   * @throws when it could not be written down
   */
  async enter({ jobId }: JobName, found: Job | null, own: number): Promise<number> {
    const { books } = this;
    if (!books) return own;
    const each = Math.min(own, books.perJob?.value ?? Number.POSITIVE_INFINITY);
    const most = Math.min(each, found ? mostBilled(found) : Number.POSITIVE_INFINITY);
    const { bytes, limit } = await books.enter(jobId, Number.isFinite(most) ? most : null);
    const allowed = Math.min(each, limit ? (bytes ?? each) : each);
    if (limit && allowed < each) this.limits.set(jobId, limit);
    else if (books.perJob && each < own) this.limits.set(jobId, books.perJob);
    return allowed;
  }

  /** In words, which limit a job of ours was refused by, or would be. */
  limitOf(jobId: string): string | null {
    const limit = this.limits.get(jobId);
    return limit ? overBytesWords(limit) : null;
  }

  /** It was not sent after all. */
  async forget({ jobId }: JobName): Promise<void> {
    await this.books?.leave(jobId, 0).catch(report);
  }

  /** It has ended. Where what it read is not known from here, what was kept for it counts. */
  leave(name: JobName): void {
    const { books, client } = this;
    if (!books) return;
    const told = getJob(client, name)
      .then((job) => {
        const bytes = job && bytesRead(job);
        return bytes === null ? undefined : books.leave(name.jobId, bytes);
      })
      .then(() => undefined, report)
      .finally(() => this.telling.delete(told));
    this.telling.add(told);
  }

  /** Once all that is known stands in the books. */
  async settled(): Promise<void> {
    await Promise.all(this.telling);
  }
}

/** What failed is not billed; what was stopped may be. Null: the service does not say. */
function bytesRead(job: Job): number | null {
  const reason = job.status?.errorResult?.reason;
  const { bytesProcessed } = cost(job);
  if (reason === "stopped") return bytesProcessed || null;
  return reason ? 0 : bytesProcessed;
}

const report = (error: Error) => logger.warn({ error: error.message }, "what a stage's job read was not written down");
