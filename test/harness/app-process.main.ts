import 'reflect-metadata';
import { pathToFileURL } from 'node:url';
import { serve } from '../../src/serve.js';
import type { FeaturesFile } from './app-process.js';

/** The process behind AppProcess: the real application with the handlers of the file named as its argument. */
const file = process.argv[2];
const features = file ? ((await import(pathToFileURL(file).href)) as FeaturesFile).features : undefined;
const app = await serve(process.env, features);
console.log(`ready ${await app.getUrl()}`);
