import { z } from "zod";
import { fileFormats, pathWords, plainPath } from "./limits";

/** What a stage wants delivered, out/deliver.json: it has neither a mail server nor a webhook's secret, the worker has. */

const storedPath = z.string().max(500).regex(plainPath, pathWords);

export const deliverySchema = z.strictObject({
  files: z
    .array(
      z.strictObject({
        /** Below out/deliver. */
        file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/),
        path: storedPath,
        format: z.enum(fileFormats),
        rows: z.number().int().min(0).nullable(),
      }),
    )
    .max(20)
    .default([]),
  mails: z
    .array(
      z.strictObject({
        to: z.array(z.email().max(200)).min(1).max(50),
        subject: z.string().min(1).max(200),
        text: z.string().max(20_000),
        /** One of `files`, by its path, and how it goes along. */
        path: storedPath,
        as: z.enum(["file", "link"]),
      }),
    )
    .max(10)
    .default([]),
  webhooks: z
    .array(
      z.strictObject({
        url: z.url({ protocol: /^https?$/ }).max(2_000),
        /** The parameter that names the secret which signs it. */
        secret: z.string().max(200),
        body: z.record(z.string(), z.json()),
      }),
    )
    .max(10)
    .default([]),
});
export type Delivery = z.infer<typeof deliverySchema>;

/** out/deliver.json holds at most this. */
export const deliveryBytes = 2 << 20;
