import ReactMarkdown from "react-markdown";
import classes from "@/components/ui/markdown.module.css";

/**
 * Text that somebody wrote, as Markdown. HTML in it stays text, links lead only to web pages, mail and our own pages,
 * and no picture is fetched from elsewhere: opening a page must not tell another site of it.
 */
export function Markdown({ text }: { text: string }) {
  return (
    <div className={classes.text}>
      <ReactMarkdown
        disallowedElements={["img"]}
        components={{
          // Headings of a text stand below those of the page.
          h1: ({ children }) => <h3>{children}</h3>,
          h2: ({ children }) => <h4>{children}</h4>,
          h3: ({ children }) => <h5>{children}</h5>,
          a: ({ href, children }) => (
            <a href={href} rel="noopener noreferrer nofollow">
              {children}
            </a>
          ),
        }}
      >
        {text}
      </ReactMarkdown>
    </div>
  );
}
