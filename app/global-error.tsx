"use client";

/** When not even the styles can be had: no components, one sentence, and two ways on. */
export default function GlobalError({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <html lang="en" style={{ colorScheme: "light dark" }}>
      <body style={{ fontFamily: "system-ui, sans-serif", maxWidth: 480, margin: "20vh auto", padding: 16 }}>
        <h1 style={{ fontSize: 20 }}>Sluice could not show this page</h1>
        <p>
          The fault is ours, and nothing you stored is lost. If it goes on, tell an admin
          {error.digest ? ` this reference: ${error.digest}` : " when it happened"}.
        </p>
        <p>
          <button type="button" onClick={retry}>
            Try again
          </button>{" "}
          {/* A plain link: the router may be what failed. */}
          <a href="/">Home</a>
        </p>
      </body>
    </html>
  );
}
