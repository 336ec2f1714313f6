// Reads the terms of a filter: words, /expressions/, and either behind a -. An expression may come
// from an address that somebody else wrote, so it is matched without going back: the time that a text
// takes grows with its length alone, whatever the expression is. There are letters, classes, groups,
// alternatives, repetitions, ^, $ and \b; what looks ahead or refers back is refused.

"use strict";

{
  const TERM = /-?\/(?:\\.|[^/\\])+\/(?!\S)|\S+/g;
  const MOST_STATES = 500; // of one expression
  const MOST_SETS = 2000; // of states, that are remembered
  const MOST_STEPS = 3e7; // of all texts together: about a second
  const CLASSES = { d: /[0-9]/, w: /[a-z0-9_]/, s: /\s/, D: /[^0-9]/, W: /[^a-z0-9_]/, S: /\S/ };
  const SIGNS = { n: "\n", t: "\t", r: "\r", f: "\f", v: "\v" };
  const END = -1, MANY = 128; // what stands for the end of a text, and how many signs are frequent
  const [START, WORD, OTHER] = [0, 1, 2]; // what stands before or behind a place of a text

  const isWord = (sign) => /[a-z0-9_]/.test(sign);

  // --- an expression becomes a tree -----------------------------------------------------------------

  // Read an expression. A part is a function that, given the number of what follows, adds its states
  // to a list and returns the number of its first one.
  function parse(source) {
    let at = 0;
    const fail = (reason) => {
      throw new Error(`Invalid regular expression: /${source}/: ${reason}`);
    };
    const eat = (sign) => source[at] === sign && (at += 1) > 0;

    function alternatives() {
      const found = [sequence()];
      while (eat("|")) found.push(sequence());
      return found.length === 1 ? found[0] : (list, next) => fork(list, found.map((part) => part(list, next)));
    }

    function sequence() {
      const parts = [];
      while (at < source.length && source[at] !== "|" && source[at] !== ")") parts.push(repeated(single()));
      return (list, next) => parts.reduceRight((following, part) => part(list, following), next);
    }

    function single() {
      const sign = source[at++];
      if (sign === "(") {
        if (eat("?") && !eat(":")) fail("a group that looks ahead, behind or has a name cannot be used here");
        const part = alternatives();
        if (!eat(")")) fail("unterminated group");
        return part;
      }
      if (sign === "[") return one(oneOf());
      if (sign === ".") return one((other) => other !== "\n");
      if (sign === "^" || sign === "$") return (list, next) => add(list, { check: sign, next });
      if (sign === "\\") return escaped();
      if ("*+?".includes(sign) || (sign === "{" && /^\d+(,\d*)?\}/.test(source.slice(at)))) fail("nothing to repeat");
      const low = sign.toLowerCase();
      return one((other) => other === low);
    }

    function escaped() {
      const sign = source[at++] ?? fail("\\ at the end");
      if (sign === "b" || sign === "B") return (list, next) => add(list, { check: sign, next });
      if (/[1-9k]/.test(sign)) fail("a reference to a group cannot be used here");
      const fits = meaning(sign);
      return one(typeof fits === "string" ? (other) => other === fits : fits);
    }

    // Say what an escaped sign stands for: one sign or, as a function, several.
    function meaning(sign) {
      if (sign in CLASSES) return (other) => CLASSES[sign].test(other);
      const digits = { x: /^[0-9a-f]{2}/i, u: /^[0-9a-f]{4}/i }[sign]?.exec(source.slice(at))?.[0];
      if (digits) {
        at += digits.length;
        return String.fromCharCode(parseInt(digits, 16)).toLowerCase();
      }
      return SIGNS[sign] ?? sign.toLowerCase();
    }

    function oneOf() {
      const not = eat("^");
      const tests = [];
      while (source[at] !== "]") {
        if (at >= source.length) fail("missing ] of a character class");
        const first = member();
        if (typeof first === "string" && source[at] === "-" && source[at + 1] !== "]") {
          at += 1;
          const last = at < source.length ? member() : "";
          if (typeof last !== "string" || last < first) fail("range out of order in character class");
          tests.push((other) => within(other, first, last) || within(other.toUpperCase(), first, last));
        } else if (typeof first === "string") tests.push((other) => other === first.toLowerCase());
        else tests.push(first);
      }
      at += 1;
      return (other) => tests.some((test) => test(other)) !== not;
    }

    const within = (sign, first, last) => sign >= first && sign <= last;

    function member() {
      const sign = source[at++];
      if (sign !== "\\") return sign;
      const other = source[at++] ?? fail("\\ at the end");
      return other === "b" ? "\b" : meaning(other);
    }

    function repeated(part) {
      const counts = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/.exec(source.slice(at));
      if (!counts) return part;
      at += counts[0].length;
      const [, sign, low, comma, high] = counts;
      const least = sign ? Number(sign === "+") : Number(low);
      const most = sign ? (sign === "?" ? 1 : Infinity) : comma ? (high ? Number(high) : Infinity) : least;
      if (least > most) fail("numbers out of order in a repetition");
      if (/^(?:[*+?]|\{\d+(,\d*)?\})/.test(source.slice(at))) fail("nothing to repeat");
      return (list, next) => repeat(list, next, part, least, most);
    }

    function repeat(list, next, part, least, most) {
      let first = next;
      if (most === Infinity) {
        const loop = fork(list, [next]);
        list[loop].ways.push(part(list, loop));
        first = loop;
      } else {
        for (let count = least; count < most; count += 1) first = fork(list, [part(list, first), next]);
      }
      for (let count = 0; count < least; count += 1) first = part(list, first);
      return first;
    }

    function add(list, state) {
      if (list.length >= MOST_STATES) fail("it is too long");
      return list.push(state) - 1;
    }

    const fork = (list, ways) => add(list, { ways });
    const one = (fits) => (list, next) => add(list, { fits, next });

    const whole = alternatives();
    if (at < source.length) fail("unmatched )");
    const list = [{ end: true }];
    return { list, first: whole(list, 0) };
  }

  // --- matching: all that may be the case, at once --------------------------------------------------

  const kindOf = (sign) => (sign === undefined || sign === "\n" ? START : isWord(sign) ? WORD : OTHER);

  function holds(check, before, behind) {
    if (check === "^") return before === START;
    if (check === "$") return behind === START;
    return ((before === WORD) !== (behind === WORD)) === (check === "b");
  }

  // Return what tells whether an expression is found anywhere in a text in lower case.
  function matcher(source) {
    const { list, first } = parse(source);
    let sets = new Map(), steps = 0;

    // Follow all ways that take no sign; null where the end is reached.
    function reach(states, before, behind) {
      const seen = new Set();
      const open = [...states, first];
      while (open.length) {
        const number = open.pop();
        if ((steps += 1) > MOST_STEPS) throw new Error(`The expression /${source}/ takes too long here.`);
        if (seen.has(number)) continue;
        seen.add(number);
        const { end, ways, check, next } = list[number];
        if (end) return null;
        if (ways) open.push(...ways);
        else if (check && holds(check, before, behind)) open.push(next);
      }
      return [...seen].filter((number) => list[number].fits);
    }

    function step({ states, before }, sign) {
      const reached = reach(states, before, kindOf(sign));
      if (reached === null) return true;
      if (sign === undefined) return false;
      return remembered(reached.filter((number) => list[number].fits(sign)).map((number) => list[number].next), kindOf(sign));
    }

    function remembered(states, before) {
      const own = [...new Set(states)].sort((a, b) => a - b);
      const key = `${before}:${own}`;
      if (!sets.has(key)) {
        if (sets.size >= MOST_SETS) sets = new Map();
        sets.set(key, { states: own, before, after: [], rare: new Map() });
      }
      return sets.get(key);
    }

    // Take one sign, given by its code, or the END of a text: true or false is the answer, all else
    // a set to go on from.
    function take(set, code) {
      const known = code < MANY ? set.after[code + 1] : set.rare.get(code);
      if (known !== undefined) return known;
      const next = step(set, code === END ? undefined : String.fromCharCode(code));
      if (code < MANY) set.after[code + 1] = next;
      else set.rare.set(code, next);
      return next;
    }

    // Go on through a text, as far as its end but not beyond.
    function pass(set, text) {
      for (let at = 0; at < text.length; at += 1) {
        if (set === true) return true;
        set = take(set, text.charCodeAt(at));
      }
      return set;
    }

    const start = () => remembered([], START);
    const end = (set) => (set === true ? true : take(set, END));
    return Object.assign((text) => end(pass(start(), text)), { start, take, pass, end });
  }

  // --- terms: what they find in a text, and in the rows of a table of builds ----------------------------

  // Clear the marks of the rows that have a word in no field, or if it is excluded, in one.
  function markWord({ lows, kinds, ends, ids }, marks, word, wanted) {
    const all = ends?.map((end) => end.includes(word));
    const digits = Boolean(ends) && /^\d+$/.test(word);
    for (let row = 0; row < marks.length; row += 1) {
      if (!marks[row]) continue;
      const found = all?.[kinds[row]] || lows[row].includes(word) || (digits && String(ids[row]).includes(word));
      if (found !== wanted) marks[row] = 0;
    }
  }

  // The same for an expression. A name begins as the one before it does, so only the rest is looked at.
  function markExpression({ lows, kinds, ends, ids, shares }, marks, { start, take, pass, end }, wanted) {
    const trail = [start()]; // what the expression has come to before each sign of a name
    const behind = ends?.map(() => new Map());
    let done = 0, won = 0; // signs that the trail goes through, and those that were enough
    for (let row = 0; row < marks.length; row += 1) {
      const low = lows[row];
      const kept = Math.min(shares[row], low.length);
      let set = true;
      if (!won || kept < won) {
        won = 0;
        done = Math.min(done, kept);
        set = trail[done];
        while (done < low.length && !won) {
          set = take(set, low.charCodeAt(done));
          if (set === true) won = done + 1;
          else trail[done += 1] = set;
        }
      }
      if (!marks[row]) continue;
      if (set !== true && ends) {
        const known = behind[kinds[row]];
        let next = known.get(set);
        if (next === undefined) known.set(set, next = pass(set, ends[kinds[row]]));
        set = pass(next, String(ids[row]));
      }
      if (end(set) !== wanted) marks[row] = 0;
    }
  }

  // Read the terms of the field. What comes tests lower-case texts, a line for each cell, and marks
  // the rows of a table that fit; its `wrong` says what is wrong with one of the terms, and then
  // nothing fits.
  function asked(filter) {
    let wrong = "";
    const terms = (filter.match(TERM) ?? []).map((term) => {
      const [, not, expression, word] = /^(-?)(?:\/(.+)\/|(.+))$/.exec(term);
      if (word) return { wanted: !not, word: word.toLowerCase() };
      return { wanted: !not, found: guarded(() => matcher(expression)) };
    });
    const fits = (text) => !wrong && terms.every(({ wanted, word, found }) =>
      (word ? text.includes(word) : guarded(() => found(text))) === wanted);
    return Object.defineProperty(Object.assign(fits, { mark }), "wrong", { get: () => wrong });

    function mark(table) {
      const marks = new Uint8Array(table.lows.length).fill(1);
      for (const { wanted, word, found } of terms) {
        if (word) markWord(table, marks, word, wanted);
        else if (!wrong) guarded(() => markExpression(table, marks, found, wanted));
      }
      return wrong ? marks.fill(0) : marks;
    }

    function guarded(work) {
      try {
        return work();
      } catch (error) {
        wrong = error.message;
        return undefined;
      }
    }
  }

  globalThis.hydrasnapTerms = { asked, matcher };
}
