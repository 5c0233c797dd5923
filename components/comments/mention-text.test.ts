import { expect, it } from "vitest";
import { pieces, toSent, toWritten, typedName } from "./mention-text";

const [ana, anna, other] = ["01hzzzzzzzzzzzzzzzzzzzzzz1", "01hzzzzzzzzzzzzzzzzzzzzzz2", "01hzzzzzzzzzzzzzzzzzzzzzz3"];

it("sends the people who were chosen, and leaves every other @ as it is", () => {
  const named = new Map([
    ["Ana", ana],
    ["Ana Maria (x)", anna],
  ]);
  expect(toSent("@Ana Maria (x) and @Ana, see a@b.c and @Bo", named)).toBe(
    `<@${anna}> and <@${ana}>, see a@b.c and @Bo`,
  );
  expect(toSent("@Ana", new Map())).toBe("@Ana");
});

it("gives an edit back what was sent, also of two of one name", () => {
  const people = [
    { id: ana, name: "Ana" },
    { id: other, name: "Ana" },
  ];
  const sent = `<@${ana}>, not <@${other}>, nor <@${anna}>`;
  const { text, named } = toWritten(sent, people);
  expect(text).toBe(`@Ana, not <@${other}>, nor <@${anna}>`);
  expect(toSent(text, named)).toBe(sent);
});

it("knows when a name is being typed", () => {
  expect(typedName("Hello @An", 9)).toBe("An");
  expect(typedName("Hello @", 7)).toBe("");
  expect(typedName("@Ana Mar", 8)).toBe("Ana Mar");
  expect(typedName("a@b", 3)).toBeNull();
  expect(typedName("Hello @An", 5)).toBeNull();
});

it("shows a person by name and somebody unknown as it stands", () => {
  expect(pieces(`Hi <@${ana}>! <@${other}>`, [{ id: ana, name: "Ana" }])).toEqual([
    { text: "Hi ", person: false },
    { text: "@Ana", person: true },
    { text: `! <@${other}>`, person: false },
  ]);
});
