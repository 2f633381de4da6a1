import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { relatedIds } from './related-ids.js';

describe('the ids of other objects in an event', () => {
  it('are found as values and in expanded objects, nearest to the top first', () => {
    const invoice = {
      id: 'in_1Q2w3E4r',
      customer: { id: 'cus_Q1w2E3r4', default_source: 'card_1Q2w3E4r' },
      parent: { subscription_details: { subscription: 'sub_1Q2w3E4r' } },
      charge: 'ch_3Q2w3E4r',
      refunds: ['re_3Q2w3E4r'],
    };
    expect(relatedIds([invoice, { customer: 'cus_before1' }], ['in_1Q2w3E4r'])).toEqual([
      ...['ch_3Q2w3E4r', 'cus_before1'],
      ...['cus_Q1w2E3r4', 'card_1Q2w3E4r', 're_3Q2w3E4r'],
      'sub_1Q2w3E4r',
    ]);
  });

  it('are neither words nor secrets nor what the platform wrote', () => {
    const object = {
      status: 'requires_payment_method',
      type: 'card_present',
      client_secret: 'pi_1Q2w3E4r_secret_Q1w2E3r4',
      other: 'seti_1Q2w3E4r_secret_Q1w2E3r4',
      endpoint: 'whsec_Q1w2E3r4T5',
      key: 'sk_live_Q1w2E3r4T5',
      restricted: 'rk_test_Q1w2E3r4T5',
      ephemeral: 'ek_test_Q1w2E3r4T5',
      token: 'tok_1Q2w3E4r',
      application: 'ca_Q1w2E3r4',
      metadata: { order: 'order_12345678' },
      email: 'jenny_rosen1@example.com',
      url: 'https://pay.stripe.com/cs_test_1Q2w3E4r',
      nothing: null,
      number: 1,
    };
    expect(relatedIds([object, null, undefined, 'pi_1Q2w3E4r'], [])).toEqual([]);
  });

  it('are few, of bounded length, each once, and found in a bounded part of the object', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `ch_${1_000_000 + i}`);
    expect(relatedIds([many], [])).toHaveLength(20);
    expect(relatedIds([{ a: 'ch_1Q2w3E4r', b: 'ch_1Q2w3E4r' }], [])).toHaveLength(1);
    expect(relatedIds([{ a: `ch_1${'x'.repeat(101)}` }], [])).toEqual([]);
    const late = {
      ...Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`k${i}`, i])),
      id: 'ch_1Q2w3E4r',
    };
    expect(relatedIds([late], [])).toEqual([]);
    expect(relatedIds([{ a: { b: { c: { d: 'ch_1Q2w3E4r' } } } }], [])).toEqual([]);
  });

  it('are texts that Postgres can store, whatever the object is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const id of relatedIds([value], [])) expect(id).toMatch(/^\w{8,120}$/);
      }),
    );
  });
});
