import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** The titles in a spec file, as they are written: those of `describe` too, and `${…}` for what is only known at run time. */
export function titlesIn(file: string): Set<string> {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const [title, body] = node.arguments;
      const isTest = body !== undefined && (ts.isArrowFunction(body) || ts.isFunctionExpression(body));
      const text = title && isTest ? textOf(title, source) : undefined;
      if (text !== undefined) titles.add(text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return titles;
}

function textOf(node: ts.Expression, source: ts.SourceFile): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node
    .getText(source)
    .slice(1, -1)
    .replaceAll(/\$\{[^}]*\}/g, '${…}');
}

/** What jest's `-t` finds the tests by that have this title, with any values in its places. */
export function titlePattern(title: string): string {
  const literal = title.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return `${literal.replaceAll(/%[a-zA-Z]|\\\$\w+(?:\\\.\w+)*|\\\$\\\{…\\\}/g, '.*')}$`;
}
