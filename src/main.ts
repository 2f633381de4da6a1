import { inheritedEnvironment } from './config/env.js';
import { serve } from './serve.js';

await serve(inheritedEnvironment());
