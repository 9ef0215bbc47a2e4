import { expect, test } from "vitest";
import { csvField, csvOf } from "./csv";

test("what would break a line is quoted", () => {
  expect(csvField('say "hi", twice')).toBe('"say ""hi"", twice"');
  expect(csvField("two\nlines")).toBe('"two\nlines"');
  expect(csvField(null)).toBe("");
  expect(csvField({ slots: 4 })).toBe('"{""slots"":4}"');
});

test("a spreadsheet does not run what strangers wrote", () => {
  expect(csvField('=HYPERLINK("http://x")')).toBe('"\'=HYPERLINK(""http://x"")"');
  expect(csvField("@sum")).toBe("'@sum");
  expect(csvField(-3)).toBe("-3");
});

test("there is a header, and a line for each row", () => {
  expect(
    csvOf(
      ["name", "rows"],
      [
        ["a", 1],
        ["b", null],
      ],
    ),
  ).toBe("name,rows\r\na,1\r\nb,\r\n");
});
