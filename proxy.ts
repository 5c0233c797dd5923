import { type NextRequest, NextResponse } from "next/server";

/** Headers that make a page safe, and the two things a server component cannot learn otherwise: nonce and path. */
export function proxy(request: NextRequest): NextResponse {
  const nonce = btoa(crypto.randomUUID());
  // React and hot reload evaluate code in development only.
  const development = process.env.NODE_ENV === "development" ? " 'unsafe-eval'" : "";
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development}`,
    // Mantine and Monaco write style attributes as they go; CSS cannot run anything.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");

  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("x-sluice-path", request.nextUrl.pathname + request.nextUrl.search);
  headers.set("content-security-policy", policy);

  const answer = NextResponse.next({ request: { headers } });
  answer.headers.set("content-security-policy", policy);
  answer.headers.set("x-content-type-options", "nosniff");
  answer.headers.set("referrer-policy", "same-origin");
  answer.headers.set("x-frame-options", "DENY");
  answer.headers.set("cross-origin-opener-policy", "same-origin");
  answer.headers.set("permissions-policy", "camera=(), microphone=(), geolocation=()");
  return answer;
}

export const config = {
  // Pages only: behind a proxy Next cuts bodies over 10 MB, and the API has none of what this protects.
  // Left out by place, not by ending: a table may be called report.js, and its page is a page.
  matcher: ["/((?!api/|_next/static/|_next/image$|icon\\.svg$).*)"],
};
