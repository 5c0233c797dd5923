import { writeFileSync } from "node:fs";
import process from "node:process";

/** A vitest reporter: writes the names of the tests that passed only when they were tried again, as a list in JSON. */
export default class SecondTries {
  onTestRunEnd(modules) {
    const names = modules.flatMap((one) =>
      [...one.children.allTests()]
        .filter((test) => test.diagnostic()?.flaky)
        .map((test) => `${one.relativeModuleId} > ${test.fullName}`),
    );
    writeFileSync(process.env.SECOND_TRIES_FILE, JSON.stringify(names));
  }
}
