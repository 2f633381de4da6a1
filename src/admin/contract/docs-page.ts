import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { StreamableFile } from '@nestjs/common';

/** Where Swagger UI may get what it shows: from here alone. Its styles and icons are in the page. */
export const docsPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const docsPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Turnpike admin API</title>
    <link rel="stylesheet" href="/admin/docs/swagger-ui.css">
    <link rel="icon" type="image/png" href="/admin/docs/favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/admin/docs/swagger-ui-bundle.js"></script>
    <script src="/admin/docs/start.js"></script>
  </body>
</html>
`;

/** The browser sends the key that it opened the page with; the page never sees it. */
const start = `SwaggerUIBundle({
  url: '/admin/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
`;

const types = new Map([
  ['swagger-ui.css', 'text/css'],
  ['swagger-ui-bundle.js', 'text/javascript'],
  ['favicon-32x32.png', 'image/png'],
]);

/** A file of the page, or `undefined` when it has no such file. */
export function docsFile(name: string): StreamableFile | undefined {
  if (name === 'start.js') return new StreamableFile(Buffer.from(start), { type: 'text/javascript' });
  const type = types.get(name);
  if (!type) return undefined;
  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve('swagger-ui-dist/package.json'));
  return new StreamableFile(createReadStream(path.join(folder, name)), { type });
}
