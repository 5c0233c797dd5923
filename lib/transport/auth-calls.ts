import type { NextApiRequest, NextApiResponse } from "next";
import NextAuth from "next-auth";
import { authOptions } from "./session";

export interface Told {
  status: number;
  headers: Record<string, string | string[]>;
  body: unknown;
}

/** For tests: next-auth with our options, by its handler that needs no request scope of Next around it. */
export async function auth(
  method: "GET" | "POST",
  path: string,
  headers: Record<string, string>,
  { query, ...more }: { query?: Record<string, string>; cookies?: Record<string, string>; body?: object } = {},
): Promise<Told> {
  const told: Told = { status: 200, headers: {}, body: null };
  const request = { method, headers, query: { ...query, nextauth: path.split("/") }, cookies: {}, ...more };
  const response = {
    status(code: number) {
      told.status = code;
      return response;
    },
    setHeader(name: string, value: string | string[]) {
      told.headers[name] = value;
      return response;
    },
    getHeader: (name: string) => told.headers[name],
    json(body: unknown) {
      told.body = body;
    },
    send(body: unknown) {
      told.body = body;
    },
    redirect(code: number, to: string) {
      told.status = code;
      told.headers.Location = to;
    },
    end: () => undefined,
  };
  const options = authOptions(new Headers(headers));
  await NextAuth(request as unknown as NextApiRequest, response as unknown as NextApiResponse, options);
  return told;
}

export const setCookies = (told: Told) => [told.headers["Set-Cookie"] ?? []].flat();

/** What a browser would send back. */
export function cookieJar(...answers: Told[]): Record<string, string> {
  return Object.fromEntries(
    answers.flatMap(setCookies).map((one) => {
      const [name = "", ...value] = (one.split(";")[0] ?? "").split("=");
      return [name, decodeURIComponent(value.join("="))];
    }),
  );
}
