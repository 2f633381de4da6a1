import 'reflect-metadata';
import { pathToFileURL } from 'node:url';
import { loadConfig } from '../../src/config/env.js';
import { createApp } from '../../src/create-app.js';
import type { FeaturesFile } from './app-process.js';

/** The process behind AppProcess: the real application with the handlers of the file named as its argument. */
const file = process.argv[2];
const features = file ? ((await import(pathToFileURL(file).href)) as FeaturesFile).features : undefined;
const app = await createApp(loadConfig(process.env), features);
await app.listen(0, '127.0.0.1');
console.log(`ready ${await app.getUrl()}`);
