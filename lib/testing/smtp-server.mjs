// A real mail server as a process of its own. Says its port and then each message on its channel. Refuses for good who
// is called `nobody`, and for the moment, once each, who is called `later`.
import process from "node:process";
import { SMTPServer } from "smtp-server";

const seen = new Set();

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS", "AUTH"],
  onRcptTo({ address }, _session, done) {
    const refuse = (responseCode, message) => done(Object.assign(new Error(message), { responseCode }));
    if (address.startsWith("nobody@")) return refuse(550, "No such mailbox");
    if (address.startsWith("later@") && !seen.has(address)) {
      seen.add(address);
      return refuse(451, "Busy, try again");
    }
    done();
  },
  onData(stream, session, done) {
    let text = "";
    stream.on("data", (chunk) => (text += chunk));
    stream.on("end", () => {
      process.send?.({ to: session.envelope.rcptTo.map(({ address }) => address), text });
      done();
    });
  },
});
server.listen(0, "127.0.0.1", () => process.send?.(server.server.address().port));
process.on("disconnect", () => process.exit(0));
