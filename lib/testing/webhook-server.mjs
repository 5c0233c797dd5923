// A real receiver of webhooks as a process of its own: says its port and then each request on its channel. By its path it
// takes a message, is busy at first (once each), refuses for good, sends on, or never answers.
import { createServer } from "node:http";
import process from "node:process";

const seen = new Set();

const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    const { url = "", headers, method } = request;
    process.send?.({ url, method, headers, body });
    const answer = (status, more = {}) => response.writeHead(status, more).end("thank you");
    if (url === "/gone") return answer(410);
    if (url === "/redirect-see-other") return answer(303, { location: "/taken" });
    if (url === "/again") return answer(307, { location: "/taken" });
    if (url.startsWith("/to?")) return answer(308, { location: decodeURIComponent(url.slice(4)) });
    if (url === "/loop") return answer(307, { location: "/loop" });
    if (url === "/later" && !seen.has(url)) {
      seen.add(url);
      return answer(503);
    }
    answer(204);
  });
});
server.listen(0, "127.0.0.1", () => process.send?.(server.address().port));
process.on("disconnect", () => process.exit(0));
