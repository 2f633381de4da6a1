import '../../src/testing/typescript-loader.mjs';
