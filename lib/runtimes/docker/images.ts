import type Docker from "dockerode";
import { SluiceError } from "@/lib/platform/errors";
import { accountOf } from "../accounts";
import { accountName } from "../image-name";
import { unavailable, unless, wordsOf } from "./engine";

/** Sees to it that the engine has an image; several that want the same one wait for one pull. */
export class Images {
  private readonly pulls = new Map<string, Promise<void>>();

  constructor(
    private readonly docker: Docker,
    private readonly accounts: string | null,
  ) {}

  async need(image: string): Promise<void> {
    try {
      if (await unless([404], this.docker.getImage(image).inspect())) return;
    } catch (error) {
      throw unavailable(error, `The image ${image} cannot be looked up`);
    }
    const pulling = this.pulls.get(image) ?? this.pull(image).finally(() => this.pulls.delete(image));
    this.pulls.set(image, pulling);
    await pulling;
  }

  /** What tells it from what the same name meant before. */
  async idOf(image: string): Promise<string> {
    try {
      return (await this.docker.getImage(image).inspect()).Id;
    } catch (error) {
      throw unavailable(error, `The image ${image} cannot be looked up`);
    }
  }

  private async pull(image: string): Promise<void> {
    try {
      const serveraddress = accountName(image);
      const account = await accountOf(serveraddress, this.accounts);
      const authconfig = account && { ...account, serveraddress };
      // Without a tag the engine would fetch every one of them.
      const exact = /[@:][^/]*$/.test(image) ? image : `${image}:latest`;
      const stream = await this.docker.pull(exact, authconfig ? { authconfig } : {});
      await new Promise<void>((resolve, reject) => {
        this.docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
      });
    } catch (error) {
      throw new SluiceError(
        "unavailable",
        `The engine does not have the image ${image} and cannot fetch it: ${wordsOf(error)}. ` +
          "Build it with `npm run images`, or name one that the engine can reach.",
      );
    }
  }
}
