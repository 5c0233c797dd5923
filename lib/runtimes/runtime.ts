/**
 * What runs the program of a stage: one interface over containers of an engine, pods of a cluster and child processes.
 * A handle is stored after `create` and before `start`, so that a worker that dies in between leaves nothing that nobody
 * knows of; whoever finds the handle goes on from `reattach`.
 */

/** Whose it is. A sweeper finds by these what nobody owns any more. */
export interface Labels {
  /** Of this installation: several may share an engine. */
  installation: string;
  run: string;
  stage: string;
  attempt: string;
}

/**
 * Absolute paths on the worker's machine, each made by the caller; `in` and `out` stand beside each other. The program
 * reads `in`, `secrets` and `sockets` and writes `out`.
 */
export interface Folders {
  in: string;
  out: string;
  secrets: string;
  sockets: string;
}

export interface StageSpec {
  labels: Labels;
  /** Of a container; null where there is none, which only the `process` runtime takes. */
  image: string | null;
  command: string[];
  /**
   * The operator's own folder, where the image does not bring the program: the `process` runtime finds there what the
   * command names by a relative path.
   */
  program: string | null;
  /** A folder of Python packages that the program finds (packages.ts); null: none but its own. */
  packages: string | null;
  /** No secrets: these are files in `folders.secrets`. SLUICE_IN, SLUICE_OUT and SLUICE_SCRATCH are the runtime's. */
  env: Record<string, string>;
  folders: Folders;
  network: "none" | "egress";
  /** `seconds` begin with the start of the program; at their end it is asked to end, and made to 30 s later. */
  limits: { cpu: number; memoryBytes: number; pids: number; seconds: number };
}

export interface LogLine {
  /** `platform`: said by Sluice about the program, as a limit that it met. */
  stream: "stdout" | "stderr" | "platform";
  /** When it was printed, in milliseconds since 1970 by the clock of the machine that runs it. */
  at: number;
  /** At most 64 KiB of UTF-8, and a visible mark where more was cut; bytes that are none, and NUL, are U+FFFD. */
  text: string;
}

/** How far a log was read: JSON to be kept beside the lines, in the same transaction. Null is the beginning. */
export type LogPosition = { [key: string]: string | number | boolean | null | LogPosition } | null;

/** Takes lines in their order; `position` is behind the last of them. The next are read when it has answered. */
export type LogSink = (lines: LogLine[], position: LogPosition) => Promise<void>;

export interface Exit {
  /** Null where a signal ended it, or where nobody knows. */
  code: number | null;
  /** As `SIGKILL`. */
  signal: string | null;
  /** A process of it was ended for want of memory, also where the program itself went on and exited with 0. */
  outOfMemory: boolean;
  timedOut: boolean;
  /** The highest that was seen; null where it was too short to be looked at. */
  peakMemoryBytes: number | null;
  cpuSeconds: number | null;
  /** A failure that is not the program's, in words: the engine or its machine went away. It may be tried again for free. */
  platform: string | null;
}

/** `gone`: not of this machine, or removed. */
export type StageState = "created" | "running" | "exited" | "gone";

/**
 * All are safe to call again, by any worker of the machine (`process`) or of the engine (`docker`, `kubernetes`), also when
 * the worker that called before has died in the middle. What the platform cannot do is thrown as
 * SluiceError("unavailable") with the sentence that helps; it is no fault of the program.
 */
export interface Runtime {
  readonly name: "process" | "docker" | "kubernetes";
  /** False: the program can reach what the worker's user can, and a page says so. */
  readonly isolated: boolean;
  /** Every worker of the installation finds its programs; else only those of the machine, or the engine, that runs them. */
  readonly anywhere: boolean;
  /** How a program finds relays of this worker: by sockets in `folders.sockets`, or at a host. Null: not at all. */
  readonly relays: "sockets" | { host: string } | null;
  /** Where the program finds the folders: what context.json has to say. */
  seenAs(folders: Folders): Folders;
  /** Tells what a program has around it, the image or the language of this machine, from others of the same name. */
  identity(spec: Pick<StageSpec, "image" | "command">): Promise<string>;
  /** Answers the handle. Nothing of it runs yet. @throws SluiceError unavailable: no image, no engine */
  create(spec: StageSpec): Promise<string>;
  /** A program that cannot be found is an exit with 127, not an error. */
  start(handle: string): Promise<void>;
  /** Reads the log to its end, which comes only after the exit, or until `signal`; answers how far it came. */
  follow(handle: string, from: LogPosition, sink: LogSink, signal?: AbortSignal): Promise<LogPosition>;
  /**
   * Waits for the end, by itself or by the time limit. `late` is called when that has come, before the program has ended; it
   * may be called again. @throws the signal's reason; the program goes on.
   */
  wait(handle: string, signal?: AbortSignal, late?: () => void): Promise<Exit>;
  /** SIGTERM, and SIGKILL after the grace; answers when nothing of it runs any more. */
  stop(handle: string, graceSeconds: number): Promise<void>;
  reattach(handle: string): Promise<StageState>;
  /** Also ends it. The folders of the spec stay: they are the caller's. */
  remove(handle: string): Promise<void>;
  /** What this runtime holds of this installation, whoever made it. */
  list(): Promise<{ handle: string; labels: Labels }[]>;
  /** Null when it can run stages, else what to do in a sentence. */
  check(): Promise<string | null>;
}

/** What a program gets between being asked to end and being made to. */
export const stopGraceSeconds = 30;

/** Beside `in` and `out`, made by the runtime, with room on a disk: SLUICE_SCRATCH. It goes with the attempt's folder. */
export const scratchFolder = "scratch";

/** What is kept of one program's log before the end is cut off, with a mark. */
export const maxLogBytes = 256 * 1024 ** 2;
