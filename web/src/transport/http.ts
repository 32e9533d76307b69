/** The typed client of the portal: every failure comes out as a `Problem`. */
import createClient, { type Middleware } from "openapi-fetch";
import type * as v from "valibot";
import { Problem, problemFrom, read, unreachable } from "#/models/problem";
import { answeredAhead } from "./ahead";
import type { paths } from "./schema";

/** A write is marked: a page of another origin cannot set these headers. */
const marked: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET") {
      request.headers.set("X-Bachang", "1");
      request.headers.set("Idempotency-Key", crypto.randomUUID());
    }
    return request;
  },
};

/** The portal tells problems in the language of the page, which may not be the browser's. */
const spoken: Middleware = {
  onRequest({ request }) {
    request.headers.set("Accept-Language", document.documentElement.lang);
    return request;
  },
};

/** What was asked for before this script was there is not asked for again. */
const asked: Middleware = {
  onRequest({ request }) {
    const { pathname, search } = new URL(request.url);
    return request.method === "GET" ? answeredAhead(pathname + search) : undefined;
  },
};

export const client = createClient<paths>({ baseUrl: globalThis.location.origin });
client.use(marked, spoken, asked);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a good answer. */
export async function got<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked.catch((cause: unknown) => {
    throw cause instanceof TypeError ? unreachable() : unreadable(cause);
  });
  if (!response.ok) throw problemFrom(response.status, error);
  return data as T;
}

/** The body read with a model, whose input the API's own type must fit. */
export async function ask<M extends v.GenericSchema>(
  model: M,
  asked: Promise<Answer<v.InferInput<M>>>,
): Promise<v.InferOutput<M>> {
  return read(model, await got(asked));
}

function unreadable(cause: unknown): Problem {
  return new Problem("unreadable", "unreadable", 0, String(cause), null);
}
