// Takes steps in JSON on standard input, a list a line, and does those of each line in Firefox over WebDriver
// BiDi as a visitor who has never been there. Writes a line of JSON for each: what the reading steps gave, or
// what went wrong. Steps: goto URL, fill [SELECTOR, TEXT], press KEY, click SELECTOR, until and read EXPRESSION.
//
//   node firefox.cjs PUPPETEER FIREFOX < steps.json

"use strict";

const { createInterface } = require("node:readline");

const [, , puppeteer, executablePath] = process.argv;
const MOST_SECONDS = 30;

// The policy of a page forbids to make functions there, as Puppeteer's own way to wait does.
async function waitUntil(page, expression) {
  for (const end = Date.now() + MOST_SECONDS * 1000; Date.now() < end;) {
    if (await page.evaluate(expression).catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${await page.evaluate("location.href")}: never ${expression}`);
}

const ACTIONS = {
  goto: (page, url) => page.goto(url),
  press: (page, key) => page.keyboard.press(key),
  click: async (page, selector) => (await page.waitForSelector(selector)).click(),
  until: waitUntil,
  read: (page, expression) => page.evaluate(expression),
  async fill(page, [selector, text]) {
    const field = await page.waitForSelector(selector);
    await field.evaluate((element) => { element.focus(); element.select(); });
    await page.keyboard.type(text);
  },
};

async function visit(browser, steps) {
  const visitor = await browser.createBrowserContext();
  try {
    const page = await visitor.newPage();
    const found = [];
    for (const [action, value] of steps) {
      const result = await ACTIONS[action](page, value);
      if (action === "read") found.push(result);
    }
    return { found };
  } catch (error) {
    return { error: error.stack };
  } finally {
    await visitor.close();
  }
}

async function main() {
  const { launch } = require(puppeteer);
  const browser = await launch({ browser: "firefox", executablePath, headless: true });
  try {
    for await (const line of createInterface({ input: process.stdin })) {
      console.log(JSON.stringify(await visit(browser, JSON.parse(line))));
    }
  } finally {
    await browser.close();
  }
}

main().catch((error) => { console.error(error); process.exitCode = 1; });
