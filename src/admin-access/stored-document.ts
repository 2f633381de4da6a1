import { StreamableFile } from '@nestjs/common';

/** A stored JSON document as an answer, byte for byte. Whoever may not see all of it gets it redacted. */
export class StoredDocument extends StreamableFile {
  constructor(readonly text: string) {
    const bytes = Buffer.from(text);
    super(bytes, { type: 'application/json', length: bytes.length });
  }
}
